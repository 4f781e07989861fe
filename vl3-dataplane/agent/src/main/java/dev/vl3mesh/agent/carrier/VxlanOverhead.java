package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.address.IpFamily;

/// What VXLAN adds to an inner IP packet (RFC 7348, 5): inner Ethernet 14, VXLAN 8, UDP 8, and the outer IP
/// header.
public final class VxlanOverhead {
    /// Over IPv6, the most it can be.
    public static final int BYTES_MAX = 70;

    private static final int BYTES_V4 = 50;

    private VxlanOverhead() {}

    /// Bytes that are added when the outer packet is of this family.
    public static int bytes(IpFamily outer) {
        return switch (outer) {
            case V4 -> BYTES_V4;
            case V6 -> BYTES_MAX;
        };
    }
}
