package dev.vl3mesh.agent.wireguard;

import dev.vl3mesh.agent.carrier.Carrier;
import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.CarrierLink;
import dev.vl3mesh.agent.carrier.CarrierSpec;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.RemoteRoute;
import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.TunnelEnd;
import dev.vl3mesh.tunnel.PeerSpec;
import dev.vl3mesh.tunnel.TunnelKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// WireGuard in this process: one interface in the room for both families of the underlay. A peer may send from its own
/// link-local address and from those of its pods, and from no other; that is also what is sent to it.
public final class WireGuardCarrier implements Carrier {
    /// The interface's name in every room.
    static final String INTERFACE = "wireguard";

    private static final Logger LOG = LoggerFactory.getLogger(WireGuardCarrier.class);

    private final RouteClient room;
    private final Supplier<WireGuardDevice> opening;
    /// By their link-local addresses, which are the next hops of the ways to pods.
    private final Map<IpAddress, Peer> peers = new HashMap<>();
    private final Map<TunnelKey, NodeKey> owners = new HashMap<>();
    /// The ways to pods, by the pod's address.
    private final Map<IpAddress, IpAddress> nextHops = new HashMap<>();
    private volatile @Nullable WireGuardDevice device;
    private int link;

    /// @param room a client of the room's namespace
    /// @param opening makes the device, whose interface is [#INTERFACE]
    WireGuardCarrier(RouteClient room, Supplier<WireGuardDevice> opening) {
        this.room = room;
        this.opening = opening;
    }

    @Override
    public CarrierKind kind() {
        return CarrierKind.WIREGUARD;
    }

    @Override
    public Optional<TunnelEnd> tunnel() {
        return Optional.ofNullable(device)
                .map(open -> new TunnelEnd(open.publicKey().text(), open.port()));
    }

    @Override
    public void reconcile(CarrierSpec spec, Collection<Peer> wanted, Collection<RemoteRoute> routes, boolean prune) {
        if (device != null && room.link(INTERFACE).isEmpty()) {
            LOG.warn("{} {}: somebody took it away; made again", spec.vtep().linkLocal(), INTERFACE);
            close();
        }
        if (device == null) {
            device = opening.get();
        }
        Link present =
                room.link(INTERFACE).orElseThrow(() -> new LinuxException("link get", INTERFACE, Errno.ENODEV, ""));
        link = present.index();
        int mtu = spec.ends().stream().mapToInt(CarrierSpec.End::mtu).max().orElseThrow();
        CarrierLink.ensure(room, present, spec.vtep(), mtu);
        if (prune) {
            Set<IpAddress> kept = new HashSet<>();
            wanted.forEach(peer -> kept.add(peer.vtep().linkLocal()));
            List<Peer> others = new ArrayList<>(peers.values());
            others.removeIf(peer -> kept.contains(peer.vtep().linkLocal()));
            others.forEach(this::drop);
            Set<IpAddress> reached = new HashSet<>();
            routes.forEach(route -> reached.add(route.destination()));
            List<IpAddress> gone = new ArrayList<>(nextHops.keySet());
            gone.removeIf(reached::contains);
            gone.forEach(this::forget);
        }
        wanted.forEach(this::put);
        routes.forEach(this::put);
    }

    @Override
    public void change(Collection<Peer> put, Collection<Peer> drop) {
        drop.forEach(this::drop);
        put.forEach(this::put);
    }

    private WireGuardDevice open() {
        WireGuardDevice open = device;
        if (open == null) {
            throw new IllegalStateException("used before it was made");
        }
        return open;
    }

    private static Optional<TunnelKey> key(Peer peer) {
        return peer.tunnel().map(end -> TunnelKey.parse(end.publicKey()));
    }

    /// A key is the node's who said it first: whoever repeats it is not reached, and takes nothing from the other.
    private Peer unique(Peer said) {
        Optional<TunnelKey> key = key(said);
        NodeKey owner = key.map(owners::get).orElse(said.node());
        if (owner.equals(said.node())) {
            return said;
        }
        LOG.warn("node {} says that it has the key of node {}, and is not reached", said.node(), owner);
        return new Peer(said.node(), said.vtep(), said.outer());
    }

    private void put(Peer said) {
        Peer peer = unique(said);
        Peer before = peers.put(peer.vtep().linkLocal(), peer);
        if (peer.equals(before)) {
            return;
        }
        Optional<TunnelKey> key = key(peer);
        Optional<TunnelKey> old = Optional.ofNullable(before).flatMap(WireGuardCarrier::key);
        if (old.isPresent() && !old.equals(key)) {
            remove(old.get());
        }
        if (key.isEmpty()) {
            return;
        }
        InetSocketAddress endpoint = new InetSocketAddress(
                peer.outer().toInetAddress(), peer.tunnel().orElseThrow().port());
        if (key.equals(old)) {
            open().move(key.get(), endpoint);
            return;
        }
        List<IpPrefix> allowed = new ArrayList<>();
        allowed.add(host(peer.vtep().linkLocal()));
        nextHops.forEach((pod, nextHop) -> {
            if (nextHop.equals(peer.vtep().linkLocal())) {
                allowed.add(host(pod));
            }
        });
        owners.put(key.get(), peer.node());
        try {
            open().add(new PeerSpec(key.get(), TunnelKey.NONE, Optional.of(endpoint), allowed, Duration.ZERO));
        } catch (IllegalArgumentException e) {
            LOG.warn("node {} is not reached: {}", peer.node(), e.getMessage());
            owners.remove(key.get());
            peers.remove(peer.vtep().linkLocal());
        }
    }

    private void remove(TunnelKey key) {
        owners.remove(key);
        open().remove(key);
    }

    private void drop(Peer peer) {
        Peer before = peers.remove(peer.vtep().linkLocal());
        if (before != null) {
            key(before).ifPresent(this::remove);
        }
    }

    private static IpPrefix host(IpAddress address) {
        return new IpPrefix(address, address.family().bits());
    }

    @Override
    public void changeRoutes(Collection<RemoteRoute> put, Collection<RemoteRoute> drop) {
        drop.forEach(route -> forget(route.destination()));
        put.forEach(this::put);
    }

    private void put(RemoteRoute route) {
        IpAddress before = nextHops.get(route.destination());
        if (route.nextHop().equals(before)) {
            return;
        }
        forget(route.destination());
        nextHops.put(route.destination(), route.nextHop());
        keyOf(route.nextHop()).ifPresent(key -> open().allow(key, host(route.destination())));
    }

    private void forget(IpAddress destination) {
        IpAddress nextHop = nextHops.remove(destination);
        if (nextHop != null) {
            keyOf(nextHop).ifPresent(key -> open().forbid(key, host(destination)));
        }
    }

    private Optional<TunnelKey> keyOf(IpAddress linkLocal) {
        return Optional.ofNullable(peers.get(linkLocal)).flatMap(WireGuardCarrier::key);
    }

    @Override
    public int link(IpFamily underlay) {
        return link;
    }

    @Override
    public void close() {
        WireGuardDevice open = device;
        if (open != null) {
            open.close();
            device = null;
        }
        peers.clear();
        owners.clear();
        nextHops.clear();
    }
}
