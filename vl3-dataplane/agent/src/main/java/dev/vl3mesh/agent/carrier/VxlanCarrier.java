package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.FdbSpec;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.NeighborSpec;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netlink.RouteSpec;
import dev.vl3mesh.linux.netlink.VxlanSpec;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
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
    private static final int LINK_LOCAL_BITS = 64;
    private static final int HOST_BITS = 128;

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
    public Set<String> interfaceNames() {
        return Set.of(name(IpFamily.V4), name(IpFamily.V6));
    }

    @Override
    public void reconcile(CarrierSpec spec, Collection<Peer> peers, boolean prune) {
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
        if (link.mtu() != end.mtu()) {
            room.setMtu(link.index(), end.mtu());
        }
        AddressSpec own = new AddressSpec(link.index(), spec.vtep().linkLocal().toInetAddress(), HOST_BITS);
        if (!fits || !room.addresses().contains(own)) {
            room.putAddress(own);
        }
        if (!link.up()) {
            room.setUp(link.index());
        }
        RouteSpec onLink = linkLocalRoute(link.index());
        if (!fits || !room.routes().contains(onLink)) {
            room.putRoutes(List.of(onLink));
        }
        return link.index();
    }

    /// The route that makes peers' link-local addresses reachable by the agent's own sockets.
    private static RouteSpec linkLocalRoute(int link) {
        byte[] prefix = new byte[HOST_BITS / Byte.SIZE];
        prefix[0] = (byte) 0xfe;
        prefix[1] = (byte) 0x80;
        return new RouteSpec(inet(prefix), LINK_LOCAL_BITS, link, Optional.empty(), Optional.empty());
    }

    private static InetAddress inet(byte[] bytes) {
        return IpAddress.ofBytes(bytes).toInetAddress();
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

    @Override
    public int link(IpFamily underlay) {
        Integer link = links.get(underlay);
        if (link == null) {
            throw new IllegalStateException("this node has no outer address of family " + underlay);
        }
        return link;
    }
}
