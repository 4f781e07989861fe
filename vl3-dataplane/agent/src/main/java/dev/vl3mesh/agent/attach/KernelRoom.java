package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.Carrier;
import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.CarrierSpec;
import dev.vl3mesh.agent.carrier.Missing;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.RemoteRoute;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.NeighborSpec;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netlink.RouteSpec;
import dev.vl3mesh.linux.netlink.VethSpec;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.netns.NodeMounts;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A room as a network namespace.
final class KernelRoom implements Room {
    private static final Logger log = LoggerFactory.getLogger(KernelRoom.class);

    private static final String LOOPBACK = "lo";

    private final NodeMounts mounts;
    private final NetworkNamespace namespace;
    private final RouteClient client;
    private final Carriers carriers;
    private final RoomRules rules;
    private final GuardDrops guards;
    private final OptionalInt inheritedMtu;
    private RoomSpec spec;
    private volatile @Nullable Carrier carrier;
    private boolean closed;

    /// Makes carriers of each kind for this room.
    interface Carriers {
        Carrier make(CarrierKind kind);
    }

    KernelRoom(
            RoomSpec spec,
            boolean isNew,
            NodeMounts mounts,
            NetworkNamespace namespace,
            RouteClient client,
            Carriers carriers) {
        this.spec = spec;
        this.mounts = mounts;
        this.namespace = namespace;
        this.client = client;
        this.carriers = carriers;
        this.rules = new RoomRules(namespace, CarrierKind.allInterfaceNames(), PROBE_PORT);
        this.guards = new GuardDrops(mounts);
        this.inheritedMtu = isNew ? OptionalInt.empty() : inheritedMtu(client);
    }

    /// All pods' interfaces have the domain's MTU.
    private static OptionalInt inheritedMtu(RouteClient client) {
        return RoomDump.pods(client).values().stream().mapToInt(Link::mtu).min();
    }

    @Override
    public OptionalInt inheritedMtu() {
        return inheritedMtu;
    }

    @Override
    public Map<PodLink, String> reconcile(
            RoomSpec wanted,
            Collection<PodLink> links,
            Collection<Peer> peers,
            Collection<RemoteRoute> routes,
            Prune prune) {
        spec = wanted;
        try {
            rules.ensure(wanted, links, prune.links());
            gateway();
            carrier(wanted.carrier()).reconcile(carrierSpec(), peers, routes, prune.remotes());
            RoomDump dump = RoomDump.whole(client);
            Map<PodLink, String> failed = reconcileLinks(links, dump, prune.links());
            reconcileRemotes(routes, dump, prune.remotes());
            return failed;
        } catch (LinuxException e) {
            throw failure(e);
        }
    }

    /// The room's carrier. Another one goes first, with its interfaces: a room has one way to each peer.
    private Carrier carrier(CarrierKind kind) {
        Carrier present = carrier;
        if (present != null && present.kind() == kind) {
            return present;
        }
        if (present != null) {
            log.info("{}: from now on packets between nodes are carried by {}", namespace, kind.word());
            present.close();
        }
        client.links().stream()
                .map(Link::name)
                .filter(name -> CarrierKind.allInterfaceNames().contains(name)
                        && !kind.interfaceNames().contains(name))
                .forEach(client::deleteLink);
        Carrier made = carriers.make(kind);
        carrier = made;
        return made;
    }

    private Carrier carrier() {
        return Objects.requireNonNull(carrier, "the room is not reconciled yet");
    }

    private AttachException failure(LinuxException cause) {
        return new AttachException("room " + spec.name() + ": " + cause.getMessage(), cause);
    }

    private CarrierSpec carrierSpec() {
        return new CarrierSpec(spec.vni(), spec.vtep(), spec.ends());
    }

    private void gateway() {
        Link loopback = RoomDump.require(client.link(LOOPBACK), LOOPBACK);
        if (!loopback.up()) {
            client.setUp(loopback.index());
        }
        List<AddressSpec> addresses = spec.gateway().stream()
                .map(address -> new AddressSpec(
                        loopback.index(),
                        address.toInetAddress(),
                        address.family().bits()))
                .toList();
        Missing.of(addresses, new HashSet<>(client.addresses())).forEach(client::putAddress);
    }

    private Map<PodLink, String> reconcileLinks(Collection<PodLink> links, RoomDump dump, boolean prune) {
        Set<String> strangers = new HashSet<>(dump.pods().keySet());
        Map<PodLink, String> failed = new LinkedHashMap<>();
        for (PodLink link : links) {
            strangers.remove(link.roomInterface());
            try {
                ensure(link, dump);
            } catch (AttachException e) {
                failed.put(link, String.valueOf(e.getMessage()));
            }
        }
        if (prune) {
            strangers.forEach(client::deleteLink);
        }
        return failed;
    }

    private void reconcileRemotes(Collection<RemoteRoute> routes, RoomDump dump, boolean prune) {
        List<RouteSpec> wanted = routes.stream().map(this::route).toList();
        // Routes without a next hop are the pods' and the carrier's own, and go with their interfaces.
        Set<RouteSpec> present = new HashSet<>(dump.routes());
        present.removeIf(route -> route.gateway().isEmpty());
        client.putRoutes(Missing.of(wanted, present));
        if (prune) {
            Set<Object> destinations = new HashSet<>();
            wanted.forEach(route -> destinations.add(route.destination()));
            present.removeIf(route -> destinations.contains(route.destination()));
            client.deleteRoutes(present);
        }
    }

    private RouteSpec route(RemoteRoute route) {
        IpAddress destination = route.destination();
        return new RouteSpec(
                destination.toInetAddress(),
                destination.family().bits(),
                carrier().link(route.underlay()),
                Optional.of(route.nextHop().toInetAddress()),
                Optional.empty());
    }

    @Override
    public void attach(PodLink link) {
        try {
            ensure(link, RoomDump.of(client, link.roomInterface()));
        } catch (LinuxException e) {
            throw failure(e);
        }
    }

    /// Leaves alone what is right, and makes again what is not this link's.
    private void ensure(PodLink link, RoomDump dump) {
        Optional<Link> present = Optional.ofNullable(dump.pods().get(link.roomInterface()));
        try (PodEnd pod = PodEnd.open(link, spec, mounts)) {
            boolean mine = present.flatMap(Link::address)
                            .filter(link.roomHardwareAddress()::equals)
                            .isPresent()
                    && pod.isPresent();
            if (!mine) {
                make(link, pod, present.isPresent());
            }
            configure(link, dump);
            pod.configure();
            guards.add(link);
        } catch (LinuxException e) {
            client.deleteLink(link.roomInterface());
            throw new AttachException("attach " + link.pod() + " to " + link.domain() + ": " + e.getMessage(), e);
        }
    }

    private void make(PodLink link, PodEnd pod, boolean taken) {
        if (taken) {
            client.deleteLink(link.roomInterface());
        }
        pod.clear();
        rules.allow(List.of(link));
        client.addVeth(
                new VethSpec(
                        link.roomInterface(),
                        link.roomHardwareAddress(),
                        link.podInterface(),
                        link.podHardwareAddress(),
                        spec.mtu(),
                        link.pod()),
                pod.namespace());
        pod.prepare();
    }

    /// The room's end.
    private void configure(PodLink link, RoomDump dump) {
        String name = link.roomInterface();
        Link present = RoomDump.require(client.link(name), name);
        int index = present.index();
        if (present.mtu() != spec.mtu()) {
            client.setMtu(index, spec.mtu());
        }
        if (!present.up()) {
            client.setUp(index);
        }
        List<NeighborSpec> neighbors = new ArrayList<>();
        List<RouteSpec> routes = new ArrayList<>();
        for (IpAddress address : link.addresses()) {
            neighbors.add(new NeighborSpec(index, address.toInetAddress(), link.podHardwareAddress()));
            routes.add(new RouteSpec(
                    address.toInetAddress(), address.family().bits(), index, Optional.empty(), Optional.empty()));
        }
        client.putNeighbors(Missing.of(neighbors, dump.neighbors()));
        client.putRoutes(Missing.of(routes, dump.routes()));
    }

    @Override
    public void detach(PodLink link) {
        guards.remove(link);
        try {
            client.deleteLink(link.roomInterface());
            rules.forbid(link);
        } catch (LinuxException e) {
            throw failure(e);
        }
        try (PodEnd pod = PodEnd.open(link, spec, mounts)) {
            pod.clear();
        } catch (LinuxException e) {
            log.debug("{}: {} is gone with its namespace", spec.domain(), link.pod());
        }
    }

    @Override
    public void change(Collection<Peer> put, Collection<Peer> drop) {
        try {
            carrier().change(put, drop);
        } catch (LinuxException e) {
            throw failure(e);
        }
    }

    @Override
    public void changeRoutes(Collection<RemoteRoute> put, Collection<RemoteRoute> drop) {
        try {
            client.deleteRoutes(drop.stream().map(this::route).toList());
            carrier().changeRoutes(put, drop);
            client.putRoutes(put.stream().map(this::route).toList());
        } catch (LinuxException e) {
            throw failure(e);
        }
    }

    @Override
    public int carrierLink(IpFamily underlay) {
        return carrier().link(underlay);
    }

    @Override
    public Optional<TunnelEnd> tunnel() {
        return Optional.ofNullable(carrier).flatMap(Carrier::tunnel);
    }

    @Override
    public <T> T inside(IoCall<T> call) throws IOException {
        try {
            return namespace.call(() -> {
                try {
                    return call.call();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw new IOException("in room " + spec.name() + ": " + e.getMessage(), e.getCause());
        }
    }

    @Override
    public synchronized Map<DropReason, Long> drops() {
        try {
            if (closed) {
                return Map.of();
            }
            Map<DropReason, Long> drops = rules.drops();
            guards.totals(System.nanoTime()).forEach((reason, packets) -> drops.merge(reason, packets, Long::sum));
            return drops;
        } catch (LinuxException e) {
            log.debug("{}: {}", spec.domain(), e.getMessage());
            return Map.of();
        }
    }

    /// Waits for a reader of the counters: the number of a closed file may soon be another file's.
    @Override
    public synchronized void close() {
        closed = true;
        Carrier present = carrier;
        if (present != null) {
            present.close();
        }
        rules.close();
        client.close();
        namespace.close();
    }
}
