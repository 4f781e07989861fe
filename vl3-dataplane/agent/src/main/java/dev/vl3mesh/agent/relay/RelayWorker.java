package dev.vl3mesh.agent.relay;

import dev.vl3mesh.agent.attach.Room;
import dev.vl3mesh.agent.attach.RoomListener;
import dev.vl3mesh.agent.attach.RoomSpec;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh;
import io.grpc.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the thread that opens a relay in each room whose domain has a mesh, and the hop to the control
/// planes that run here, and renews their certificates.
public final class RelayWorker implements RoomListener {
    /// On link-local addresses of the carrier, for relays of other nodes.
    public static final int HOP_PORT = 15_013;
    /// The same of the canary of a mesh: what passes is sealed, and does not say for whom it is.
    private static final int CANARY_HOP_PORT = 15_014;

    private static final Logger log = LoggerFactory.getLogger(RelayWorker.class);
    private static final long TICK_MILLIS = 1_000;

    private final NodeKey self;
    private final MeshDirectory directory;
    /// Of its own, so that much traffic of control planes delays no name; one thread, so that a hop needs
    /// no locks.
    private final EventLoopGroup loops = new NioEventLoopGroup(1, new DefaultThreadFactory("vl3-relay-network", true));

    private final ControlCalls calls;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final SecureRandom random = new SecureRandom();
    private final Map<DomainName, Serving> rooms = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean running = true;

    /// @param control the channel to the control plane, once there is one
    public RelayWorker(NodeKey self, MeshDirectory directory, Supplier<Optional<Channel>> control) {
        this.self = self;
        this.directory = directory;
        this.calls = new ControlCalls(control);
        this.thread = Thread.ofPlatform().name("vl3-relay").daemon().unstarted(this::run);
    }

    /// Starts the thread.
    public void start() {
        thread.start();
    }

    /// Ends the thread and everything that it has opened.
    public void stop() throws InterruptedException {
        running = false;
        thread.interrupt();
        thread.join();
        rooms.values().forEach(Serving::close);
        executor.shutdownNow();
        var _ = loops.shutdownGracefully();
    }

    private void run() {
        while (running) {
            try {
                rooms.values().forEach(Serving::attend);
                TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
            } catch (InterruptedException e) {
                log.debug("relay: stopping");
                return;
            }
        }
    }

    @Override
    public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
        Map<IpFamily, Integer> links = new HashMap<>();
        spec.ends()
                .forEach(end -> links.put(
                        end.outer().family(), room.carrierLink(end.outer().family())));
        Serving fresh = new Serving(spec, new RoomSockets(room), links, peers);
        Serving old = rooms.put(spec.domain(), fresh);
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void peersChanged(DomainName domain, Collection<Peer> peers) {
        Serving serving = rooms.get(domain);
        if (serving != null) {
            serving.peers(peers);
        }
    }

    @Override
    public void closed(DomainName domain) {
        Serving last = rooms.remove(domain);
        if (last != null) {
            last.close();
        }
    }

    /// One room. What opens and closes is guarded by the object.
    private final class Serving {
        private final RoomSpec spec;
        private final RoomSockets sockets;
        private final Map<IpFamily, Integer> links;
        private volatile List<Peer> peers;
        private final List<Runnable> closers = new ArrayList<>();
        private Optional<DomainRelay> relay = Optional.empty();
        private boolean closed;

        Serving(RoomSpec spec, RoomSockets sockets, Map<IpFamily, Integer> links, Collection<Peer> peers) {
            this.spec = spec;
            this.sockets = sockets;
            this.links = links;
            this.peers = List.copyOf(peers);
        }

        void peers(Collection<Peer> now) {
            peers = List.copyOf(now);
        }

        synchronized void attend() {
            Optional<IstioMesh> mesh = directory.mesh(spec.domain());
            if (closed || mesh.isEmpty()) {
                return;
            }
            if (relay.isEmpty()) {
                try {
                    for (int link : links.values().stream().distinct().toList()) {
                        for (boolean canary : List.of(false, true)) {
                            HopServer hop = new HopServer(
                                    loops,
                                    sockets,
                                    linkLocal(spec.vtep().linkLocal(), link, canary),
                                    () -> here(canary),
                                    random);
                            closers.add(hop::close);
                        }
                    }
                    DomainRelay made = new DomainRelay(
                            spec.domain(),
                            this::targets,
                            () -> directory.mesh(spec.domain()).orElseGet(mesh::get),
                            sockets,
                            loops,
                            executor,
                            calls,
                            random,
                            InstantSource.system());
                    closers.add(made::close);
                    relay = Optional.of(made);
                } catch (ChannelException | UncheckedIOException e) {
                    log.warn("{}: the mesh's relay: {}; trying again", spec.domain(), e.getMessage());
                    release();
                    return;
                }
            }
            relay.get()
                    .attend(spec.gateway().stream()
                            .map(gateway -> new InetSocketAddress(gateway.toInetAddress(), DomainRelay.PORT))
                            .toList());
        }

        private boolean isCanary(ControlPlane plane) {
            return directory
                    .mesh(spec.domain())
                    .flatMap(IstioMesh::canaryControlPlane)
                    .filter(plane.name()::equals)
                    .isPresent();
        }

        /// The control planes that run on this node, the canary's or the others.
        private List<InetSocketAddress> here(boolean canary) {
            return directory.controlPlanes(spec.domain()).stream()
                    .filter(plane -> plane.node().equals(self) && isCanary(plane) == canary)
                    .map(plane -> at(plane.address()))
                    .toList();
        }

        /// Where the control planes are reached from here: on this node themselves, elsewhere by the node's
        /// hop.
        private List<Upstream> targets() {
            List<Upstream> targets = new ArrayList<>();
            for (ControlPlane plane : directory.controlPlanes(spec.domain())) {
                if (plane.node().equals(self)) {
                    targets.add(new Upstream(plane.name(), at(plane.address())));
                    continue;
                }
                peers.stream()
                        .filter(peer -> peer.node().equals(plane.node()))
                        .findFirst()
                        .map(peer -> new Upstream(plane.name(), hop(peer, isCanary(plane))))
                        .filter(hop -> !targets.contains(hop))
                        .ifPresent(targets::add);
            }
            return targets;
        }

        private InetSocketAddress hop(Peer peer, boolean canary) {
            int link = links.getOrDefault(peer.outer().family(), 0);
            return linkLocal(peer.vtep().linkLocal(), link, canary);
        }

        private static InetSocketAddress at(IpAddress address) {
            return new InetSocketAddress(address.toInetAddress(), DomainRelay.PORT);
        }

        private static InetSocketAddress linkLocal(IpAddress address, int link, boolean canary) {
            try {
                byte[] bytes = address.toInetAddress().getAddress();
                return new InetSocketAddress(
                        Inet6Address.getByAddress(null, bytes, link), canary ? CANARY_HOP_PORT : HOP_PORT);
            } catch (UnknownHostException e) {
                throw new IllegalStateException(address + " is no IPv6 address", e);
            }
        }

        synchronized void close() {
            closed = true;
            release();
        }

        private void release() {
            relay = Optional.empty();
            closers.reversed().forEach(Runnable::run);
            closers.clear();
        }
    }
}
