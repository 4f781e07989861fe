package dev.vl3mesh.agent.probe;

import dev.vl3mesh.agent.attach.Room;
import dev.vl3mesh.agent.attach.RoomSpec;
import dev.vl3mesh.agent.carrier.CarrierSpec;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The probes of one domain: one socket in its room, one [PathProbe] for each peer. Belongs to the probe
/// worker's thread.
final class DomainProbes {
    private static final Logger log = LoggerFactory.getLogger(DomainProbes.class);
    private static final long SECOND_NANOS = 1_000_000_000L;
    /// At most 200 beats a second leave a node, however many peers it has.
    private static final long NANOS_PER_PEER = SECOND_NANOS / 200;

    /// What a peer said is worth something only as long as it is heard.
    private static final long HEARSAY_NANOS = 30 * SECOND_NANOS;

    private record Told(int pathsMtu, long atNanos) {}

    private record Target(PathProbe probe, InetSocketAddress address) {}

    private final DomainName domain;
    private final DatagramChannel channel;
    private final ProbePace pace;
    private final RandomGenerator random;
    private final Map<NodeKey, Target> targets = new HashMap<>();
    private final Map<IpAddress, NodeKey> bySource = new HashMap<>();
    private final Map<NodeKey, Told> told = new HashMap<>();
    private final DomainMtu decision = new DomainMtu();
    private RoomSpec spec;
    private Map<IpFamily, Integer> links;
    private int ownPaths;
    private boolean unsendable;

    DomainProbes(
            RoomSpec spec,
            DatagramChannel channel,
            Map<IpFamily, Integer> links,
            ProbePace pace,
            RandomGenerator random) {
        this.pace = pace;
        this.domain = spec.domain();
        this.spec = spec;
        this.channel = channel;
        this.links = links;
        this.random = random;
        decision.begin(spec.mtu());
    }

    DatagramChannel channel() {
        return channel;
    }

    DomainName domain() {
        return domain;
    }

    int mtu() {
        return spec.mtu();
    }

    /// Takes the room as it is from now on.
    void change(RoomSpec now, Map<IpFamily, Integer> newLinks, Collection<Peer> peers, long nowNanos) {
        spec = now;
        links = newLinks;
        change(peers, nowNanos);
    }

    /// Takes the peers as they are from now on.
    void change(Collection<Peer> peers, long nowNanos) {
        Map<NodeKey, Target> before = new HashMap<>(targets);
        targets.clear();
        bySource.clear();
        for (Peer peer : peers) {
            Integer link = links.get(peer.outer().family());
            if (link == null) {
                continue;
            }
            int ceiling = ceiling(peer.outer().family());
            Target old = before.get(peer.node());
            PathProbe probe;
            if (old == null) {
                long first = nowNanos + random.nextLong(NANOS_PER_PEER * (peers.size() + 1L));
                probe = new PathProbe(domain, peer, ceiling, first, pace, random);
            } else {
                probe = old.probe();
                probe.change(peer, ceiling, nowNanos);
            }
            targets.put(peer.node(), new Target(probe, address(peer.vtep().linkLocal(), link)));
            bySource.put(peer.vtep().linkLocal(), peer.node());
        }
        told.keySet().retainAll(targets.keySet());
    }

    private int ceiling(IpFamily family) {
        return Math.min(
                ProbeMessage.BYTES_MAX,
                spec.ends().stream()
                        .filter(end -> end.outer().family() == family)
                        .mapToInt(CarrierSpec.End::mtu)
                        .findFirst()
                        .orElse(0));
    }

    private static InetSocketAddress address(IpAddress linkLocal, int link) {
        try {
            byte[] bytes = linkLocal.toInetAddress().getAddress();
            return new InetSocketAddress(Inet6Address.getByAddress(null, bytes, link), Room.PROBE_PORT);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(linkLocal + " is no IPv6 address", e);
        }
    }

    /// Sends what is due.
    ///
    /// @return when to call again at the latest
    long tick(long nowNanos, ByteBuffer buffer) {
        long interval = Math.max(pace.beatNanos(), NANOS_PER_PEER * targets.size());
        long next = nowNanos + SECOND_NANOS;
        for (Target target : targets.values()) {
            PathProbe probe = target.probe();
            long due = probe.tick(nowNanos, interval, (nonce, bytes) -> {
                new ProbeMessage(ProbeMessage.Kind.QUESTION, nonce, ownPaths, bytes).write(buffer);
                return send(buffer, target.address());
            });
            next = Math.min(next, due);
        }
        ownPaths = ownPaths();
        return next;
    }

    private int ownPaths() {
        return targets.values().stream()
                .mapToInt(target -> target.probe().fits())
                .filter(fits -> fits > 0)
                .min()
                .orElse(0);
    }

    private boolean send(ByteBuffer buffer, InetSocketAddress to) {
        try {
            channel.send(buffer, to);
            unsendable = false;
            return true;
        } catch (IOException e) {
            // longer than the interface's MTU, or no interface just now; both count as lost
            if (!unsendable) {
                log.debug("{}: probe to {}: {}", domain, to, e.getMessage());
                unsendable = true;
            }
            return false;
        }
    }

    /// Answers questions and takes answers, as many as wait.
    void receive(ByteBuffer buffer) throws IOException {
        buffer.clear();
        while (channel.receive(buffer) instanceof InetSocketAddress source) {
            long nowNanos = System.nanoTime();
            buffer.flip();
            NodeKey from = bySource.get(ofInet(source.getAddress()));
            if (from != null) {
                ProbeMessage.read(buffer).ifPresent(message -> take(message, from, source, buffer, nowNanos));
            }
            buffer.clear();
        }
    }

    private static IpAddress ofInet(InetAddress address) {
        return IpAddress.ofBytes(address.getAddress());
    }

    private void take(ProbeMessage message, NodeKey from, InetSocketAddress source, ByteBuffer buffer, long nowNanos) {
        if (message.pathsMtu() > 0) {
            told.put(from, new Told(message.pathsMtu(), nowNanos));
        }
        switch (message.kind()) {
            case QUESTION -> {
                new ProbeMessage(ProbeMessage.Kind.ANSWER, message.nonce(), ownPaths, message.bytes()).write(buffer);
                send(buffer, source);
            }
            case ANSWER -> {
                Target target = targets.get(from);
                if (target != null) {
                    target.probe().answered(message.nonce(), message.bytes(), nowNanos);
                }
            }
        }
    }

    /// What is measured now.
    DomainMtu.Measured measured(long nowNanos) {
        told.values().removeIf(one -> nowNanos - one.atNanos() > HEARSAY_NANOS);
        int peersPaths = told.values().stream().mapToInt(Told::pathsMtu).min().orElse(0);
        boolean complete =
                targets.values().stream().allMatch(target -> target.probe().fits() > 0);
        return new DomainMtu.Measured(ownPaths, peersPaths, complete);
    }

    /// The MTU that the domain has to have; 0 where nothing is known.
    int decide(DomainMtu.Measured measured, long nowNanos) {
        return decision.decide(measured, nowNanos);
    }

    List<PathView> views() {
        return targets.values().stream().map(target -> target.probe().view()).toList();
    }
}
