package dev.vl3mesh.agent.attach;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.NeighborSpec;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netlink.RouteSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a room's namespace has, read at once.
///
/// @param pods the pods' interfaces by name
/// @param neighbors all permanent neighbours, or none where they were not read
/// @param routes all our routes, or none where they were not read
record RoomDump(Map<String, Link> pods, Set<NeighborSpec> neighbors, Set<RouteSpec> routes) {
    private static final String VETH = "veth";

    /// Reads everything.
    static RoomDump whole(RouteClient client) {
        return new RoomDump(pods(client), new HashSet<>(client.neighbors()), new HashSet<>(client.routes()));
    }

    /// Reads one pod's interface only: a change that concerns one pod must not cost what all pods have.
    static RoomDump of(RouteClient client, String name) {
        Map<String, Link> pods = new HashMap<>();
        client.link(name).ifPresent(link -> pods.put(name, link));
        return new RoomDump(pods, Set.of(), Set.of());
    }

    static Map<String, Link> pods(RouteClient client) {
        Map<String, Link> pods = new HashMap<>();
        client.links().stream().filter(link -> link.kind().equals(VETH)).forEach(link -> pods.put(link.name(), link));
        return pods;
    }

    /// An interface that must be there.
    ///
    /// @throws LinuxException ENODEV where it is not, such as when the pod was killed meanwhile
    static Link require(Optional<Link> link, String name) {
        return link.orElseThrow(() -> new LinuxException("link get", name, Errno.ENODEV, ""));
    }
}
