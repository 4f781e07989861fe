package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netlink.RouteSpec;
import dev.vl3mesh.model.address.IpAddress;
import java.util.List;
import java.util.Optional;

/// What the interfaces of all carriers have in a room.
public final class CarrierLink {
    private static final int LINK_LOCAL_BITS = 64;
    private static final int HOST_BITS = 128;

    private CarrierLink() {}

    /// Gives an interface its MTU, the node's link-local address, and the route by which the agent's own sockets reach
    /// those of peers.
    ///
    /// @param mtu in bytes
    public static void ensure(RouteClient room, Link link, Vtep vtep, int mtu) {
        if (link.mtu() != mtu) {
            room.setMtu(link.index(), mtu);
        }
        AddressSpec own = new AddressSpec(link.index(), vtep.linkLocal().toInetAddress(), HOST_BITS);
        if (!room.addresses().contains(own)) {
            room.putAddress(own);
        }
        if (!link.up()) {
            room.setUp(link.index());
        }
        RouteSpec onLink = new RouteSpec(
                IpAddress.parse("fe80::").toInetAddress(),
                LINK_LOCAL_BITS,
                link.index(),
                Optional.empty(),
                Optional.empty());
        if (!room.routes().contains(onLink)) {
            room.putRoutes(List.of(onLink));
        }
    }
}
