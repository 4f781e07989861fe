package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.address.IpFamily;
import java.util.Set;
import java.util.TreeSet;

/// What a carrier adds to packets, and which interfaces it has in a room.
public enum CarrierKind {
    /// RFC 7348, 5: inner Ethernet 14, VXLAN 8, UDP 8, and the outer IP header.
    VXLAN(Carrier.VXLAN, Set.of("vxlan4", "vxlan6"), 30, 1),
    /// WireGuard's whitepaper, 5.4.6: header 16, tag 16, UDP 8, and the outer IP header. Packets are filled up to a
    /// multiple of 16.
    WIREGUARD(Carrier.WIREGUARD_USERSPACE, Set.of("wireguard"), 40, 16);

    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;

    private final Carrier carrier;
    private final Set<String> interfaceNames;
    private final int overhead;
    private final int padding;

    CarrierKind(Carrier carrier, Set<String> interfaceNames, int overhead, int padding) {
        this.carrier = carrier;
        this.interfaceNames = interfaceNames;
        this.overhead = overhead;
        this.padding = padding;
    }

    /// What a domain gets that wants this: whatever encrypts is WireGuard in this process.
    public static CarrierKind of(Carrier wanted) {
        return wanted.encrypted() ? WIREGUARD : VXLAN;
    }

    /// The names of all interfaces that any carrier may have in a room.
    public static Set<String> allInterfaceNames() {
        Set<String> names = new TreeSet<>();
        for (CarrierKind kind : values()) {
            names.addAll(kind.interfaceNames);
        }
        return names;
    }

    /// The names of all interfaces that this one may have in a room.
    public Set<String> interfaceNames() {
        return interfaceNames;
    }

    /// The word for it, as in a Domain's spec.
    public String word() {
        return carrier.word();
    }

    /// Whether nobody on the underlay can read or forge the packets.
    public boolean encrypted() {
        return carrier.encrypted();
    }

    /// Bytes of the longest inner packet that fits into an outer one.
    ///
    /// @param outer bytes of an outer packet, with its IP header
    public int innerMtu(int outer, IpFamily underlay) {
        int header = switch (underlay) {
            case V4 -> IPV4_BYTES;
            case V6 -> IPV6_BYTES;
        };
        return (outer - header - overhead) / padding * padding;
    }
}
