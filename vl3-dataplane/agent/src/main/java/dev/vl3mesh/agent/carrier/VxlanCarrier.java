package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.FdbSpec;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.NeighborSpec;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netlink.VxlanSpec;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.net.InetAddress;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Kernel VXLAN (RFC 7348), not encrypted: one interface for each family of the underlay, made in the
/// host's namespace so that its socket stays there. Nothing is learnt or flooded: every peer is a permanent
/// neighbour and a forwarding entry.
public final class VxlanCarrier implements Carrier {
    private static final Logger log = LoggerFactory.getLogger(VxlanCarrier.class);

    private final RouteClient host;
    private final RouteClient room;
    private final NetworkNamespace namespace;
    private final int port;
    private final Map<IpFamily, Integer> links = new EnumMap<>(IpFamily.class);

    /// @param host a client of the host's namespace
    /// @param room a client of the room's
    /// @param namespace the room's namespace
    /// @param port UDP, the same on all nodes
    public VxlanCarrier(RouteClient host, RouteClient room, NetworkNamespace namespace, int port) {
        this.host = host;
        this.room = room;
        this.namespace = namespace;
        this.port = port;
    }

    private static String name(IpFamily underlay) {
        return switch (underlay) {
            case V4 -> "vxlan4";
            case V6 -> "vxlan6";
        };
    }

    @Override
    public CarrierKind kind() {
        return CarrierKind.VXLAN;
    }

    @Override
    public Optional<TunnelEnd> tunnel() {
        return Optional.empty();
    }

    @Override
    public void close() {
        // all is the kernel's
    }

    @Override
    public void reconcile(CarrierSpec spec, Collection<Peer> peers, Collection<RemoteRoute> routes, boolean prune) {
        Map<IpFamily, CarrierSpec.End> ends = new EnumMap<>(IpFamily.class);
        spec.ends().forEach(end -> ends.put(end.outer().family(), end));
        List<Link> present = room.links();
        links.clear();
        for (IpFamily family : IpFamily.values()) {
            CarrierSpec.End end = ends.get(family);
            if (end != null) {
                links.put(family, device(spec, end, present));
            } else if (find(present, name(family)).isPresent()) {
                room.deleteLink(name(family));
            }
        }
        reconcilePeers(peers, prune);
    }

    private static Optional<Link> find(List<Link> links, String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }

    /// The alias holds what can't be changed in a living interface.
    private int device(CarrierSpec spec, CarrierSpec.End end, List<Link> present) {
        String name = name(end.outer().family());
        String alias = "vni " + spec.vni() + " local " + end.outer() + " port " + port + " df";
        Optional<Link> old = find(present, name);
        boolean fits = old.filter(link -> link.alias().equals(alias)
                        && link.address()
                                .filter(spec.vtep().hardwareAddress()::equals)
                                .isPresent())
                .isPresent();
        if (old.isPresent() && !fits) {
            log.info(
                    "{} {}: made again, because it was '{}'",
                    namespace,
                    name,
                    old.get().alias());
            room.deleteLink(name);
        }
        if (!fits) {
            host.addVxlan(
                    new VxlanSpec(
                            name,
                            spec.vtep().hardwareAddress(),
                            spec.vni(),
                            end.outer().toInetAddress(),
                            port,
                            end.mtu(),
                            alias),
                    namespace);
            room.setAlias(name, alias);
        }
        Link link = room.link(name).orElseThrow(() -> new LinuxException("link get", name, Errno.ENODEV, ""));
        CarrierLink.ensure(room, link, spec.vtep(), end.mtu());
        return link.index();
    }

    private void reconcilePeers(Collection<Peer> peers, boolean prune) {
        Set<Integer> own = new HashSet<>(links.values());
        Set<NeighborSpec> neighbors = new HashSet<>();
        Set<FdbSpec> entries = new HashSet<>();
        for (Peer peer : peers) {
            neighbors.add(neighbor(peer));
            entries.add(entry(peer));
        }
        Set<NeighborSpec> presentNeighbors = new HashSet<>(room.neighbors());
        Set<FdbSpec> presentEntries = new HashSet<>(room.fdb());
        presentNeighbors.removeIf(neighbor -> !own.contains(neighbor.link()));
        presentEntries.removeIf(entry -> !own.contains(entry.link()));
        room.putFdb(Missing.of(entries, presentEntries));
        room.putNeighbors(Missing.of(neighbors, presentNeighbors));
        if (prune) {
            room.deleteFdb(Missing.of(presentEntries, entries));
            Set<InetAddress> kept = new HashSet<>();
            neighbors.forEach(neighbor -> kept.add(neighbor.address()));
            presentNeighbors.removeIf(neighbor -> kept.contains(neighbor.address()));
            room.deleteNeighbors(presentNeighbors);
        }
    }

    private NeighborSpec neighbor(Peer peer) {
        return new NeighborSpec(
                link(peer.outer().family()),
                peer.vtep().linkLocal().toInetAddress(),
                peer.vtep().hardwareAddress());
    }

    private FdbSpec entry(Peer peer) {
        return new FdbSpec(
                link(peer.outer().family()),
                peer.vtep().hardwareAddress(),
                peer.outer().toInetAddress());
    }

    @Override
    public void change(Collection<Peer> put, Collection<Peer> drop) {
        room.deleteFdb(drop.stream().map(this::entry).toList());
        room.deleteNeighbors(drop.stream().map(this::neighbor).toList());
        room.putFdb(put.stream().map(this::entry).toList());
        room.putNeighbors(put.stream().map(this::neighbor).toList());
    }

    /// Nothing to do: a peer may send from any address that the room has a route to, back to the peer.
    @Override
    public void changeRoutes(Collection<RemoteRoute> put, Collection<RemoteRoute> drop) {}

    @Override
    public int link(IpFamily underlay) {
        Integer link = links.get(underlay);
        if (link == null) {
            throw new IllegalStateException("this node has no outer address of family " + underlay);
        }
        return link;
    }
}
