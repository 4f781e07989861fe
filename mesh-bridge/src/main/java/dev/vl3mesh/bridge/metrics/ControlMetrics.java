package dev.vl3mesh.bridge.metrics;

import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.metrics.Metrics;
import dev.vl3mesh.metrics.Row;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.xds.server.StreamCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// Numbers of one replica of the control plane.
public final class ControlMetrics {
    private static final double SECOND_MILLIS = 1e3;
    private static final String KIND = "kind";

    private ControlMetrics() {}

    /// What the replica is asked for.
    public interface Replica {
        /// Whether it leads.
        boolean leading();

        /// When it last went over what had changed; long ago if never.
        Instant passedAt();

        /// The number of changed objects that wait for the next pass.
        int changesWaiting();

        /// Whether each watch of the API server is open.
        Map<String, Boolean> watches();

        /// The nodes that Kubernetes has.
        Set<NodeName> nodes();

        /// When its certificates end, by what they are for.
        Map<String, Instant> certificateEnds();

        /// The present time.
        Instant now();
    }

    /// How writes to the API server ended that did not do what they should.
    public record Writes(LongSupplier conflicts, LongSupplier failures) {}

    /// Adds the numbers of a replica.
    ///
    /// @param streams of agents and members
    public static void add(
            Metrics metrics, Replica replica, NodeReports reports, Supplier<StreamCounts> streams, Writes writes) {
        addState(metrics, replica);
        addStreams(metrics, streams);
        metrics.gauges(
                "vl3_nodes",
                "Nodes of this cluster by how their agents report. Of the leading replica only.",
                List.of("state"),
                () -> replica.leading() ? nodes(replica, reports) : List.of());
        metrics.counters(
                "vl3_writes_failed_total",
                "Writes to the API server that will be tried again: somebody else was quicker, or it refused.",
                List.of("reason"),
                () -> List.of(
                        Row.of(writes.conflicts().getAsLong(), "conflict"),
                        Row.of(writes.failures().getAsLong(), "error")));
    }

    private static void addState(Metrics metrics, Replica replica) {
        metrics.gauge("vl3_leading", "1 while this replica leads: of all, one does.", () -> replica.leading() ? 1 : 0)
                .gauges(
                        "vl3_pass_age_seconds",
                        "Time since the replica last went over what had changed; it does so every 2 s at least.",
                        List.of(),
                        () -> replica.passedAt().equals(Instant.MIN)
                                ? List.of()
                                : List.of(Row.of(Duration.between(replica.passedAt(), replica.now())
                                                .toMillis()
                                        / SECOND_MILLIS)))
                .gauge("vl3_changes_waiting", "Changed objects that wait for the next pass.", replica::changesWaiting)
                .gauges(
                        "vl3_watch_up",
                        "1 while the watch of a kind of objects at the API server is open.",
                        List.of(KIND),
                        () -> replica.watches().entrySet().stream()
                                .map(watch -> Row.of(watch.getValue(), watch.getKey()))
                                .toList())
                .gauges(
                        "vl3_certificate_expiry_timestamp_seconds",
                        "When a certificate ends, in seconds since 1970.",
                        List.of("certificate"),
                        () -> replica.certificateEnds().entrySet().stream()
                                .map(end -> Row.of(end.getValue().toEpochMilli() / SECOND_MILLIS, end.getKey()))
                                .toList());
    }

    private static void addStreams(Metrics metrics, Supplier<StreamCounts> streams) {
        metrics.gauges(
                        "vl3_streams",
                        "Open streams by what they are for.",
                        List.of(KIND),
                        () -> byKind(streams.get()::open))
                .counters(
                        "vl3_nacks_total",
                        "Responses that their receiver refused, by the kind of stream.",
                        List.of(KIND),
                        () -> byKind(streams.get()::refused));
    }

    private static List<Row> byKind(ToLongFunction<StreamCounts.Kind> number) {
        return Arrays.stream(StreamCounts.Kind.values())
                .map(kind -> Row.of(number.applyAsLong(kind), kind.name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    private static List<Row> nodes(Replica replica, NodeReports reports) {
        Map<NodeName, NodeReports.ReportedNode> heard = reports.reports();
        Instant quiet = replica.now().minus(NodeReports.SILENT_AFTER);
        long silent = heard.values().stream()
                .filter(last -> last.at().isBefore(quiet))
                .count();
        long unheard = replica.nodes().stream()
                .filter(node -> !heard.containsKey(node))
                .count();
        return List.of(
                Row.of(heard.size() - silent, "reporting"), Row.of(silent, "silent"), Row.of(unheard, "unheard"));
    }
}
