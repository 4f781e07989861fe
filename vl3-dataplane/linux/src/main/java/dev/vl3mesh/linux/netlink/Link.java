package dev.vl3mesh.linux.netlink;

import java.util.Optional;

/// A network interface as it is.
///
/// @param kind the driver's name, such as `veth` or `vxlan`; empty for hardware
/// @param mtu in bytes
/// @param alias a free text that we leave on what is ours; empty where there is none
public record Link(
        int index, String name, String kind, int mtu, boolean up, Optional<HardwareAddress> address, String alias) {}
