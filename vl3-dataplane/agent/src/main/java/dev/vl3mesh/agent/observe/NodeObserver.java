package dev.vl3mesh.agent.observe;

import dev.vl3mesh.agent.attach.DropReason;
import dev.vl3mesh.agent.attach.NodeStatus;
import dev.vl3mesh.agent.attach.Room;
import dev.vl3mesh.agent.attach.RoomListener;
import dev.vl3mesh.agent.attach.RoomSpec;
import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.probe.PathView;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Collects what there is to see on this node. Safe for threads.
public final class NodeObserver implements RoomListener {
    private static final double PERMILLE = 1_000;

    private final Supplier<NodeStatus> status;
    private final Supplier<List<PathView>> paths;
    private final Supplier<Map<DomainName, String>> alarms;
    private final LongSupplier clockNanos;
    private final Map<DomainName, Room> rooms = new ConcurrentHashMap<>();

    /// @param status what is attached now
    /// @param paths what probes saw last
    /// @param alarms what is wrong with a domain's underlay
    /// @param clockNanos the clock of the probes, [System#nanoTime]
    public NodeObserver(
            Supplier<NodeStatus> status,
            Supplier<List<PathView>> paths,
            Supplier<Map<DomainName, String>> alarms,
            LongSupplier clockNanos) {
        this.status = status;
        this.paths = paths;
        this.alarms = alarms;
        this.clockNanos = clockNanos;
    }

    @Override
    public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
        rooms.put(spec.domain(), room);
    }

    @Override
    public void peersChanged(DomainName domain, Collection<Peer> peers) {}

    @Override
    public void closed(DomainName domain) {
        rooms.remove(domain);
    }

    /// What is attached now.
    public NodeStatus status() {
        return status.get();
    }

    /// What probes saw last, by domain and peer.
    public List<PathView> paths() {
        return paths.get();
    }

    /// What is wrong with a domain's underlay, in words.
    public Map<DomainName, String> alarms() {
        return alarms.get();
    }

    /// Dropped packets of each open room.
    public Map<DomainName, Map<DropReason, Long>> drops() {
        Map<DomainName, Map<DropReason, Long>> drops = new TreeMap<>();
        rooms.forEach((domain, room) -> drops.put(domain, room.drops()));
        return drops;
    }

    /// Milliseconds since a probe was answered or given up.
    long ageMillis(PathView path) {
        return TimeUnit.NANOSECONDS.toMillis(clockNanos.getAsLong() - path.settledNanos());
    }

    /// Returns the whole state of the node as its control plane wants it, but for the nonce.
    public NodeReport.Builder report() {
        NodeReport.Builder report = NodeReport.newBuilder();
        NodeStatus now = status();
        for (NodeStatus.Pod pod : now.pods()) {
            NodeReport.AttachedPod.Builder attached = report.addAttachedBuilder()
                    .setDomain(pod.domain().value())
                    .setPodUid(pod.podUid())
                    .setProblem(pod.problem());
            pod.addresses().forEach(address -> attached.addAddresses(address.toString()));
        }
        Map<DomainName, String> wrong = alarms();
        new TreeMap<>(now.rooms()).forEach((domain, spec) -> {
            NodeReport.RoomState.Builder state = report.addRoomsBuilder()
                    .setDomain(domain.value())
                    .setMtu(spec.mtu())
                    .setProblem(wrong.getOrDefault(domain, ""));
            Optional.ofNullable(rooms.get(domain))
                    .flatMap(Room::tunnel)
                    .ifPresent(tunnel -> state.setTunnel(ResourceCodec.encode(tunnel)));
        });
        paths().stream()
                .filter(path -> path.sent() > 0)
                .forEach(path -> Optional.ofNullable(now.rooms().get(path.domain()))
                        .ifPresent(room -> report.addProbes(probe(path, room.carrier()))));
        drops().forEach((domain, counts) -> counts.forEach((reason, packets) -> report.addDropsBuilder()
                .setDomain(domain.value())
                .setReason(reason.word())
                .setPackets(packets)));
        return report;
    }

    private NodeReport.PeerProbe probe(PathView path, CarrierKind carrier) {
        return NodeReport.PeerProbe.newBuilder()
                .setDomain(path.domain().value())
                .setCluster(path.peer().node().cluster().value())
                .setNode(path.peer().node().node().value())
                .setReachable(path.reachable())
                .setRoundTripMicros(path.reachable() ? path.roundTripMicros() : 0)
                .setPathMtu(path.pathMtu())
                .setAgeMillis(ageMillis(path))
                .setCarrier(carrier.word())
                .setEncrypted(carrier.encrypted())
                .setLossPermille((int) Math.round(path.recentLoss() * PERMILLE))
                .build();
    }
}
