package dev.vl3mesh.model;

import java.util.Locale;
import java.util.Optional;

/// What carries a domain's packets from node to node.
public enum Carrier {
    /// The best encrypted carrier that both nodes have.
    AUTO(true),
    /// Kernel VXLAN (RFC 7348) over a trusted underlay: not encrypted.
    VXLAN(false),
    /// WireGuard, in the kernel where it is there, else in user space.
    WIREGUARD(true),
    /// WireGuard in user space, always.
    WIREGUARD_USERSPACE(true);

    private final boolean encrypted;

    Carrier(boolean encrypted) {
        this.encrypted = encrypted;
    }

    /// Whether nobody on the underlay can read or forge the domain's packets.
    public boolean encrypted() {
        return encrypted;
    }

    /// The word that stands for this carrier in a Domain's spec.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Returns the carrier of a word, or nothing where the word is unknown.
    public static Optional<Carrier> parse(String word) {
        for (Carrier carrier : values()) {
            if (carrier.word().equals(word)) {
                return Optional.of(carrier);
            }
        }
        return Optional.empty();
    }
}
