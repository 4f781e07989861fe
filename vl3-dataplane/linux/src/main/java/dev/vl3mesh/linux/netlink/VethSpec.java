package dev.vl3mesh.linux.netlink;

/// A pair of connected interfaces: this one in the client's namespace, its peer in another.
///
/// @param mtu in bytes, of both
/// @param alias a text to know it by
public record VethSpec(
        String name, HardwareAddress address, String peerName, HardwareAddress peerAddress, int mtu, String alias) {}
