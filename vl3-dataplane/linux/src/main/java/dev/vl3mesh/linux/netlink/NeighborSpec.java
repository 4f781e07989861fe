package dev.vl3mesh.linux.netlink;

import java.net.InetAddress;

/// A permanent neighbour: an address whose Ethernet address is never asked for.
public record NeighborSpec(int link, InetAddress address, HardwareAddress hardwareAddress) {}
