package dev.vl3mesh.linux.netlink;

import java.net.InetAddress;

/// An address of an interface; IPv6 without duplicate address detection, since ours are unique by allocation.
///
/// @param length bits of the prefix
public record AddressSpec(int link, InetAddress address, int length) {}
