package dev.vl3mesh.bridge.observe;

import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.TunnelEnd;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.proto.v1.NodeReport.RoomState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What agents report, with its age. A report that says something new of a pod makes a change of that pod. Safe for
/// threads.
public final class NodeReports {
    /// How long a node may be quiet before what it said is not believed any more; agents report every 10 s.
    public static final Duration SILENT_AFTER = Duration.ofSeconds(45);

    /// What a node said last, and when.
    public record ReportedNode(NodeReport report, Instant at) {}

    private static final Logger LOG = LoggerFactory.getLogger(NodeReports.class);

    private record PodDomain(String podUid, String domain) {}

    private final Changes changes;
    private final Instant started;
    private final Map<NodeName, ReportedNode> reports = new HashMap<>();
    private final Map<NodeName, Map<PodDomain, String>> problems = new HashMap<>();
    /// Kept while a node is silent, or an agent of it has just started: nothing better is known.
    private final Map<NodeName, Map<DomainName, TunnelEnd>> tunnels = new HashMap<>();
    private final Set<NodeName> silent = new HashSet<>();

    /// Starts with nothing heard.
    ///
    /// @param now when listening begins
    public NodeReports(Changes changes, Instant now) {
        this.changes = changes;
        this.started = now;
    }

    /// Takes the whole state of a node.
    public void report(NodeName node, NodeReport report, Instant now) {
        Map<PodDomain, String> said = new HashMap<>();
        report.getAttachedList().forEach(a -> said.put(new PodDomain(a.getPodUid(), a.getDomain()), a.getProblem()));
        Set<PodDomain> different = new HashSet<>();
        Map<DomainName, TunnelEnd> ends = tunnelsIn(node, report);
        boolean otherRooms;
        boolean otherTunnels;
        synchronized (this) {
            Map<DomainName, TunnelEnd> heard = new HashMap<>(tunnels(node));
            heard.putAll(ends);
            otherTunnels = !heard.equals(tunnels(node));
            tunnels.put(node, heard);
            @Nullable ReportedNode last = reports.put(node, new ReportedNode(report, now));
            otherRooms = last == null || !last.report().getRoomsList().equals(report.getRoomsList());
            Map<PodDomain, String> before = problems.getOrDefault(node, Map.of());
            said.forEach((key, problem) -> {
                if (!problem.equals(before.get(key))) {
                    different.add(key);
                }
            });
            before.keySet().stream().filter(key -> !said.containsKey(key)).forEach(different::add);
            problems.put(node, said);
            if (last == null || silent.remove(node)) {
                different.addAll(said.keySet());
            }
        }
        different.forEach(key -> changes.add(new Change.OfPod(key.podUid(), "")));
        if (otherTunnels) {
            changes.add(new Change.OfNode(node.value()));
        }
        if (otherRooms) {
            report.getRoomsList().forEach(room -> changes.add(new Change.OfBlocks(room.getDomain())));
        }
    }

    /// What can't be understood is as if it were not said.
    private static Map<DomainName, TunnelEnd> tunnelsIn(NodeName node, NodeReport report) {
        Map<DomainName, TunnelEnd> ends = new HashMap<>();
        for (RoomState room : report.getRoomsList()) {
            if (room.hasTunnel()) {
                try {
                    ends.put(new DomainName(room.getDomain()), ResourceCodec.decode(room.getTunnel()));
                } catch (IllegalArgumentException e) {
                    LOG.warn("node {}: its tunnel in {}: {}", node, room.getDomain(), e.getMessage());
                }
            }
        }
        return ends;
    }

    /// The ends of encrypted carriers that a node was last heard to have.
    public synchronized Map<DomainName, TunnelEnd> tunnels(NodeName node) {
        return tunnels.getOrDefault(node, Map.of());
    }

    /// Notices nodes that have become silent, and makes changes of their pods.
    public void tick(Instant now) {
        Set<PodDomain> unsure = new HashSet<>();
        synchronized (this) {
            reports.forEach((node, last) -> {
                if (last.at().plus(SILENT_AFTER).isBefore(now) && silent.add(node)) {
                    unsure.addAll(problems.getOrDefault(node, Map.of()).keySet());
                }
            });
        }
        unsure.forEach(key -> changes.add(new Change.OfPod(key.podUid(), "")));
    }

    /// What a node was last heard to say of a pod in a domain.
    public synchronized Sighting sighting(NodeName node, String podUid, String domain, Instant now) {
        @Nullable ReportedNode last = reports.get(node);
        if (last == null) {
            return started.plus(SILENT_AFTER).isBefore(now) ? new Sighting.Silent() : new Sighting.Unheard();
        }
        if (last.at().plus(SILENT_AFTER).isBefore(now)) {
            return new Sighting.Silent();
        }
        @Nullable String problem = problems.getOrDefault(node, Map.of()).get(new PodDomain(podUid, domain));
        if (problem == null) {
            return new Sighting.Missing();
        }
        return problem.isEmpty() ? new Sighting.Attached() : new Sighting.Failed(problem);
    }

    /// The smallest packet size that pods of a domain have on any node of this cluster, in bytes; nothing where no
    /// node says one.
    public synchronized OptionalInt measuredMtu(String domain, Instant now) {
        return reports.values().stream()
                .filter(last -> !last.at().plus(SILENT_AFTER).isBefore(now))
                .flatMap(last -> last.report().getRoomsList().stream())
                .filter(room -> room.getDomain().equals(domain) && room.getMtu() > 0)
                .mapToInt(RoomState::getMtu)
                .min();
    }

    /// The last reports of all nodes.
    public synchronized Map<NodeName, ReportedNode> reports() {
        return Map.copyOf(reports);
    }

    /// Forgets a node that Kubernetes has no more.
    public synchronized void forget(NodeName node) {
        reports.remove(node);
        problems.remove(node);
        tunnels.remove(node);
        silent.remove(node);
    }
}
