package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.VxlanCarrier;
import dev.vl3mesh.agent.wireguard.WireGuardDevices;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.netns.NodeMounts;
import dev.vl3mesh.model.DomainName;
import java.util.Map;
import java.util.Set;

/// Rooms as network namespaces that are pinned in the node's `/run/netns` and outlive the agent.
public final class KernelRooms implements Rooms {
    /// How the names of all rooms begin.
    private static final String PREFIX = "vl3-";

    /// A room is a router that sends no redirects (there is never a better way), listens to no other
    /// router, makes no link-local addresses of its own, and tells pods what the carrier was told of the
    /// path (RFC 1191, RFC 8201), which it looks at again after a minute. Its DNS port needs no capability.
    private static final Map<String, String> VARIABLES = Map.ofEntries(
            Map.entry("ipv4/ip_forward", "1"),
            Map.entry("ipv4/ip_forward_use_pmtu", "1"),
            Map.entry("ipv4/ip_unprivileged_port_start", "53"),
            Map.entry("ipv4/conf/all/send_redirects", "0"),
            Map.entry("ipv4/conf/default/send_redirects", "0"),
            Map.entry("ipv4/conf/all/rp_filter", "1"),
            Map.entry("ipv4/conf/default/rp_filter", "1"),
            Map.entry("ipv6/route/mtu_expires", "60"),
            Map.entry("ipv6/conf/all/forwarding", "1"),
            Map.entry("ipv6/conf/default/accept_ra", "0"),
            Map.entry("ipv6/conf/default/addr_gen_mode", "1"));

    private final NodeMounts mounts;
    private final RouteClient host;
    private final int vxlanPort;
    private final WireGuardDevices tunnels;

    /// @param mounts the node's; stay the caller's
    /// @param host a client of the host's namespace; stays the caller's
    /// @param vxlanPort UDP, the same on all nodes
    /// @param tunnels makes carriers that encrypt
    public KernelRooms(NodeMounts mounts, RouteClient host, int vxlanPort, WireGuardDevices tunnels) {
        this.mounts = mounts;
        this.host = host;
        this.vxlanPort = vxlanPort;
        this.tunnels = tunnels;
    }

    @Override
    public Room open(RoomSpec spec) {
        NetworkNamespace namespace = null;
        RouteClient client = null;
        try {
            boolean isNew = !mounts.names(spec.name()).contains(spec.name());
            namespace = mounts.pin(spec.name());
            mounts.setSysctls(namespace, VARIABLES);
            client = RouteClient.open(namespace);
            return new KernelRoom(spec, isNew, mounts, namespace, client, carriers(spec.domain(), namespace, client));
        } catch (LinuxException e) {
            if (client != null) {
                client.close();
            }
            if (namespace != null) {
                namespace.close();
            }
            throw new AttachException("room " + spec.name() + ": " + e.getMessage(), e);
        }
    }

    private KernelRoom.Carriers carriers(DomainName domain, NetworkNamespace room, RouteClient client) {
        return kind -> switch (kind) {
            case VXLAN -> new VxlanCarrier(host, client, room, vxlanPort);
            case WIREGUARD -> tunnels.carrier(domain, room, client);
        };
    }

    @Override
    public Set<String> names() {
        return mounts.names(PREFIX);
    }

    @Override
    public void remove(String name) {
        try {
            mounts.unpin(name);
        } catch (LinuxException e) {
            throw new AttachException("room " + name + ": " + e.getMessage(), e);
        }
    }
}
