package dev.vl3mesh.linux.netlink;

import java.net.InetAddress;

/// A VXLAN interface (RFC 7348) that learns nothing: all forwarding entries are written.
///
/// @param vni 1 to 2^24 - 1
/// @param local the outer source address; it decides the outer family
/// @param port the UDP port, of this node and all others
/// @param mtu bytes of an inner packet
/// @param alias a text to know it by
public record VxlanSpec(
        String name, HardwareAddress address, int vni, InetAddress local, int port, int mtu, String alias) {}
