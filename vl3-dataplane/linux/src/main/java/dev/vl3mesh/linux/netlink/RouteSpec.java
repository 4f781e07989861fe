package dev.vl3mesh.linux.netlink;

import java.net.InetAddress;
import java.util.Optional;

/// A route of the main table.
///
/// @param destination the first address
/// @param length bits of the prefix
/// @param link the outgoing interface
/// @param gateway the next hop, reached directly on the link even if no address says so; of either family (RFC 5549)
/// @param source the preferred source address
public record RouteSpec(
        InetAddress destination, int length, int link, Optional<InetAddress> gateway, Optional<InetAddress> source) {
    @Override
    public String toString() {
        return destination.getHostAddress() + "/" + length;
    }
}
