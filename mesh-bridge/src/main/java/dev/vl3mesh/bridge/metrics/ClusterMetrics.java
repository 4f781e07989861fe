package dev.vl3mesh.bridge.metrics;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.bridge.watch.ClusterView;
import dev.vl3mesh.metrics.Metrics;
import dev.vl3mesh.metrics.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Numbers of what the API server has: the same from every replica. The number of series grows with domains and
/// clusters, never with pods.
public final class ClusterMetrics {
    private static final double SECOND_MILLIS = 1e3;
    private static final String DOMAIN = "domain";

    /// What an attachment may be seen to be.
    enum State {
        /// No pod has shown its claim yet.
        UNCLAIMED,
        /// Its pod has it, and its node is not known to have made the interface.
        WAITING,
        /// Its node has made the interface.
        ATTACHED,
        /// Its node could not.
        FAILED,
        /// Its node is silent.
        UNSURE,
        /// Its pod is gone, and the addresses wait for the successor.
        KEPT;

        static State of(@Nullable AttachmentStatus status) {
            if (status == null || status.podUid() == null) {
                return UNCLAIMED;
            }
            if (status.releasedAt() != null) {
                return KEPT;
            }
            return Condition.of(status.conditions(), "Attached")
                    .map(condition -> switch (condition.status()) {
                        case "True" -> ATTACHED;
                        case "False" -> condition.reason().equals("AttachFailed") ? FAILED : WAITING;
                        default -> UNSURE;
                    })
                    .orElse(WAITING);
        }
    }

    private final ClusterView view;
    private final Supplier<List<Link>> links;
    private final InstantSource clock;

    private ClusterMetrics(ClusterView view, Supplier<List<Link>> links, InstantSource clock) {
        this.view = view;
        this.links = links;
        this.clock = clock;
    }

    /// Adds the numbers of a cluster.
    public static void add(Metrics metrics, ClusterView view, Supplier<List<Link>> links, InstantSource clock) {
        ClusterMetrics cluster = new ClusterMetrics(view, links, clock);
        cluster.addPools(metrics);
        metrics.gauges(
                "vl3_cluster_attachments",
                "Attachments of this cluster, by what is known of them.",
                List.of(DOMAIN, "state"),
                cluster::attachments);
        cluster.addLinks(metrics);
    }

    private void addPools(Metrics metrics) {
        metrics.gauges(
                        "vl3_pool_addresses",
                        "Addresses that a domain has for pods of all clusters.",
                        List.of(DOMAIN),
                        () -> ofDomains(DomainStatus::addresses))
                .gauges(
                        "vl3_pool_addresses_leased",
                        "Addresses of a domain that this cluster may give out.",
                        List.of(DOMAIN),
                        () -> ofDomains(DomainStatus::leased))
                .gauges(
                        "vl3_pool_addresses_used",
                        "Addresses of a domain that this cluster has given out.",
                        List.of(DOMAIN),
                        () -> ofDomains(DomainStatus::attachments))
                .gauges(
                        "vl3_pool_blocks",
                        "Blocks of a domain's addresses that a cluster has leased, as far as this one knows.",
                        List.of(DOMAIN, "cluster"),
                        this::blocks)
                .gauges(
                        "vl3_domain_ready",
                        "1 while pods can join the domain.",
                        List.of(DOMAIN),
                        () -> ofDomains(ClusterMetrics::ready));
    }

    private static Integer ready(DomainStatus status) {
        return Condition.of(status.conditions(), Condition.READY)
                        .filter(ready -> ready.status().equals("True"))
                        .isPresent()
                ? 1
                : 0;
    }

    private List<Row> ofDomains(Function<DomainStatus, @Nullable Integer> number) {
        List<Row> rows = new ArrayList<>();
        for (Domain domain : view.domains()) {
            @Nullable Integer value = domain.getStatus() == null ? null : number.apply(domain.getStatus());
            if (value != null) {
                rows.add(Row.of(value, domain.getMetadata().getName()));
            }
        }
        return rows;
    }

    private List<Row> blocks() {
        Map<List<String>, Integer> counts = new TreeMap<>(Comparator.comparing(List::toString));
        view.blocks()
                .forEach(block -> counts.merge(
                        List.of(block.getSpec().domain(), block.getSpec().cluster()), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(entry -> new Row(entry.getValue(), entry.getKey()))
                .toList();
    }

    private List<Row> attachments() {
        Map<String, Map<State, Integer>> counts = new TreeMap<>();
        view.domains().forEach(domain -> counts.put(domain.getMetadata().getName(), new EnumMap<>(State.class)));
        for (Attachment attachment : view.attachments()) {
            counts.computeIfAbsent(attachment.getSpec().domain(), _ -> new EnumMap<>(State.class))
                    .merge(State.of(attachment.getStatus()), 1, Integer::sum);
        }
        List<Row> rows = new ArrayList<>();
        counts.forEach((domain, states) -> {
            for (State state : State.values()) {
                rows.add(Row.of(
                        states.getOrDefault(state, 0), domain, state.name().toLowerCase(Locale.ROOT)));
            }
        });
        return rows;
    }

    private void addLinks(Metrics metrics) {
        metrics.gauges(
                        "vl3_link_up",
                        "1 while the link to a home is open.",
                        List.of("home"),
                        () -> ofHomes(link -> link.getStatus() != null
                                        && Boolean.TRUE.equals(link.getStatus().connected())
                                ? 1.0
                                : 0.0))
                .gauges(
                        "vl3_link_age_seconds",
                        "Time since a home was last seen; noted every 30 s while the link is open.",
                        List.of("home"),
                        () -> ofHomes(this::ageSeconds));
    }

    private @Nullable Double ageSeconds(Link link) {
        @Nullable
        String seen = link.getStatus() == null ? null : link.getStatus().lastSeen();
        return seen == null
                ? null
                : (Double)
                        (Duration.between(Instant.parse(seen), clock.instant()).toMillis() / SECOND_MILLIS);
    }

    private List<Row> ofHomes(Function<Link, @Nullable Double> number) {
        List<Row> rows = new ArrayList<>();
        for (Link link : links.get()) {
            @Nullable Double value = link.leadsHome() ? number.apply(link) : null;
            if (value != null) {
                rows.add(Row.of(value, link.getMetadata().getName()));
            }
        }
        return rows;
    }
}
