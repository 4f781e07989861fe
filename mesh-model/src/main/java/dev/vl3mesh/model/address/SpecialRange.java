package dev.vl3mesh.model.address;

import java.util.Optional;

/// Ranges with a meaning of their own, which no domain may use (IANA special-purpose registries, RFC 6890).
enum SpecialRange {
    THIS_NETWORK("0.0.0.0/8", "this network (RFC 791)"),
    LOOPBACK_V4("127.0.0.0/8", "loopback (RFC 1122)"),
    LINK_LOCAL_V4("169.254.0.0/16", "link-local addresses, where clouds serve their metadata (RFC 3927)"),
    MULTICAST_V4("224.0.0.0/4", "multicast (RFC 5771)"),
    RESERVED_V4("240.0.0.0/4", "reserved addresses (RFC 1112)"),
    LOW_V6("::/64", "the unspecified, loopback, IPv4-compatible and IPv4-mapped addresses (RFC 4291)"),
    LINK_LOCAL_V6("fe80::/10", "link-local addresses (RFC 4291)"),
    MULTICAST_V6("ff00::/8", "multicast (RFC 4291)");

    private final IpPrefix prefix;
    private final String meaning;

    SpecialRange(String prefix, String meaning) {
        this.prefix = IpPrefix.parse(prefix);
        this.meaning = meaning;
    }

    static Optional<SpecialRange> of(IpPrefix candidate) {
        for (SpecialRange range : values()) {
            if (range.prefix.overlaps(candidate)) {
                return Optional.of(range);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return prefix + ", " + meaning;
    }
}
