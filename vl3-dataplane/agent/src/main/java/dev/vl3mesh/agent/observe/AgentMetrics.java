package dev.vl3mesh.agent.observe;

import dev.vl3mesh.agent.attach.NodeStatus;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.dns.DnsCounters;
import dev.vl3mesh.agent.nri.HookTimes;
import dev.vl3mesh.agent.probe.PathView;
import dev.vl3mesh.metrics.Metrics;
import dev.vl3mesh.metrics.Row;
import dev.vl3mesh.model.DomainName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The agent's metrics. Nothing is counted for them: all is read from what the agent knows when somebody scrapes.
public final class AgentMetrics {
    /// At most so many peers of a domain are shown one by one, those that are first by cluster and node: with all of
    /// them the series of a mesh would grow with the square of its nodes. Counts are of all.
    static final int PEERS_MAX = 128;

    private static final double SECOND_MICROS = 1e6;
    private static final double SECOND_MILLIS = 1e3;
    private static final String DOMAIN = "domain";

    private final NodeObserver observer;

    private AgentMetrics(NodeObserver observer) {
        this.observer = observer;
    }

    private static Metrics of(NodeObserver observer, DnsCounters dns, HookTimes hooks, Connections connections) {
        AgentMetrics agent = new AgentMetrics(observer);
        Metrics metrics = new Metrics();
        agent.addRooms(metrics);
        agent.addPaths(metrics);
        addConnections(metrics, connections);
        metrics.histogram(
                "vl3_pod_hook_seconds",
                "How long the runtime waited for the agent as it started a pod.",
                hooks::cumulative,
                hooks::totalSeconds);
        metrics.counters(
                "vl3_dns_queries_total",
                "Questions to the domains' gateways, by how they ended.",
                List.of("outcome"),
                () -> Arrays.stream(DnsCounters.Outcome.values())
                        .map(outcome ->
                                Row.of(dns.count(outcome), outcome.name().toLowerCase(Locale.ROOT)))
                        .toList());
        return metrics;
    }

    /// Shows the metrics of an agent to who asks. Micrometer costs some MiB of memory, which an agent that nobody
    /// scrapes
    /// does not spend: it is made by the first who asks, since nothing is counted in it.
    public static Supplier<String> onDemand(
            NodeObserver observer, DnsCounters dns, HookTimes hooks, Connections connections) {
        return new Supplier<>() {
            private @Nullable Metrics made;

            @Override
            public synchronized String get() {
                if (made == null) {
                    made = of(observer, dns, hooks, connections);
                }
                return made.scrape();
            }
        };
    }

    private void addRooms(Metrics metrics) {
        metrics.gauges(
                        "vl3_attachments",
                        "Pods of this node that are attached.",
                        List.of(DOMAIN),
                        () -> pods(pod -> pod.problem().isEmpty()))
                .gauges(
                        "vl3_attachments_failed",
                        "Pods of this node that could not be attached.",
                        List.of(DOMAIN),
                        () -> pods(pod -> !pod.problem().isEmpty()))
                .gauges(
                        "vl3_mtu_bytes",
                        "Bytes of the largest packet inside the domain.",
                        List.of(DOMAIN),
                        () -> observer.status().rooms().entrySet().stream()
                                .map(room -> Row.of(
                                        room.getValue().mtu(), room.getKey().value()))
                                .toList())
                .counters(
                        "vl3_drops_total",
                        "Packets dropped by a domain's room, by reason.",
                        List.of(DOMAIN, "reason"),
                        this::drops);
    }

    private List<Row> pods(Predicate<NodeStatus.Pod> counted) {
        NodeStatus status = observer.status();
        Map<DomainName, Integer> counts = new TreeMap<>();
        status.rooms().keySet().forEach(domain -> counts.put(domain, 0));
        status.pods().forEach(pod -> counts.merge(pod.domain(), counted.test(pod) ? 1 : 0, Integer::sum));
        return byDomain(counts);
    }

    private static List<Row> byDomain(Map<DomainName, Integer> counts) {
        return counts.entrySet().stream()
                .map(entry -> Row.of(entry.getValue(), entry.getKey().value()))
                .toList();
    }

    private List<Row> drops() {
        List<Row> rows = new ArrayList<>();
        observer.drops()
                .forEach((domain, counts) ->
                        counts.forEach((reason, packets) -> rows.add(Row.of(packets, domain.value(), reason.word()))));
        return rows;
    }

    private void addPaths(Metrics metrics) {
        List<String> labels = List.of(DOMAIN, "cluster", "node");
        metrics.gauges("vl3_probe_peers", "Other nodes that this one probes.", List.of(DOMAIN), () -> peers(_ -> true))
                .gauges(
                        "vl3_probe_peers_unreachable",
                        "Other nodes that did not answer any of the last three probes.",
                        List.of(DOMAIN),
                        () -> peers(path -> !path.reachable()))
                .gauges(
                        "vl3_probe_round_trip_seconds",
                        "Round trip of the last probe of a node that can be reached.",
                        labels,
                        () -> paths(PathView::reachable, path -> path.roundTripMicros() / SECOND_MICROS))
                .gauges(
                        "vl3_probe_loss_ratio",
                        "Part of the last 64 probes of a node that was not answered, 0 to 1.",
                        labels,
                        () -> paths(_ -> true, PathView::recentLoss))
                .gauges(
                        "vl3_path_mtu_bytes",
                        "Bytes of the longest packet inside the domain that came back from a node.",
                        labels,
                        () -> paths(path -> path.pathMtu() > 0, PathView::pathMtu));
    }

    /// Paths of which something is known.
    private List<PathView> settled() {
        return observer.paths().stream().filter(path -> path.sent() > 0).toList();
    }

    private List<Row> peers(Predicate<PathView> counted) {
        Map<DomainName, Integer> counts = new TreeMap<>();
        observer.status().rooms().keySet().forEach(domain -> counts.put(domain, 0));
        settled().forEach(path -> counts.merge(path.domain(), counted.test(path) ? 1 : 0, Integer::sum));
        return byDomain(counts);
    }

    private List<Row> paths(Predicate<PathView> shown, ToDoubleFunction<PathView> value) {
        Map<DomainName, List<PathView>> byDomain = new TreeMap<>();
        settled()
                .forEach(path -> byDomain.computeIfAbsent(path.domain(), _ -> new ArrayList<>())
                        .add(path));
        return byDomain.values().stream()
                .flatMap(paths -> paths.stream()
                        .sorted(Comparator.comparing(path -> path.peer().node()))
                        .limit(PEERS_MAX))
                .filter(shown)
                .map(path -> {
                    NodeKey peer = path.peer().node();
                    return Row.of(
                            value.applyAsDouble(path),
                            path.domain().value(),
                            peer.cluster().value(),
                            peer.node().value());
                })
                .toList();
    }

    private static void addConnections(Metrics metrics, Connections connections) {
        metrics.gauge(
                        "vl3_control_connected",
                        "1 while the stream to the control plane is open.",
                        () -> connections.control() ? 1 : 0)
                .gauge(
                        "vl3_nri_connected",
                        "1 while the runtime tells of each new pod at once.",
                        () -> connections.nri() ? 1 : 0)
                .gauges(
                        "vl3_snapshot_age_seconds",
                        "Time since the control plane last confirmed that what this node has is all there is.",
                        List.of(),
                        () -> {
                            long age = connections.snapshotAgeMillis();
                            return age < 0 ? List.of() : List.of(Row.of(age / SECOND_MILLIS));
                        })
                .gauges(
                        "vl3_certificate_expiry_timestamp_seconds",
                        "When a certificate ends, in seconds since 1970.",
                        List.of("certificate"),
                        () ->
                                connections
                                        .certificateEnd()
                                        .map(end -> Row.of(end.toEpochMilli() / SECOND_MILLIS, "node"))
                                        .stream()
                                        .toList());
    }
}
