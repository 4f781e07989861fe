package dev.vl3mesh.linux.netlink;

import java.net.InetAddress;

/// A forwarding entry of a VXLAN interface: frames for this Ethernet address go to this outer address.
public record FdbSpec(int link, HardwareAddress hardwareAddress, InetAddress outer) {}
