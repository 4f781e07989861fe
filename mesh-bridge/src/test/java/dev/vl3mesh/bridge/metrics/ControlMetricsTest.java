package dev.vl3mesh.bridge.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.api.v1alpha1.LinkSpec;
import dev.vl3mesh.api.v1alpha1.LinkStatus;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.reconcile.MemoryCluster;
import dev.vl3mesh.bridge.reconcile.Sample;
import dev.vl3mesh.bridge.serve.HttpEndpoint;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.metrics.Metrics;
import dev.vl3mesh.metrics.StrictText;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.server.StreamCounts;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlMetricsTest {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

    private final MemoryCluster cluster = new MemoryCluster();
    private final List<Link> links = new ArrayList<>();
    private final FakeReplica replica = new FakeReplica();
    private final Changes changes = new Changes();
    private final NodeReports reports = new NodeReports(changes, START);
    private final AtomicLong conflicts = new AtomicLong();
    private final Metrics metrics = new Metrics();
    private HttpEndpoint http;

    private static final class FakeReplica implements ControlMetrics.Replica {
        boolean leading;
        Instant passedAt = Instant.MIN;
        Instant now = START;
        boolean watching = true;

        @Override
        public boolean leading() {
            return leading;
        }

        @Override
        public Instant passedAt() {
            return passedAt;
        }

        @Override
        public int changesWaiting() {
            return 3;
        }

        @Override
        public Map<String, Boolean> watches() {
            return Map.of("pod", watching, "domain", true);
        }

        @Override
        public Set<NodeName> nodes() {
            return Set.of(new NodeName("n1"), new NodeName("n2"), new NodeName("n3"));
        }

        @Override
        public Map<String, Instant> certificateEnds() {
            return Map.of("control", Instant.ofEpochSecond(1_800_000_000));
        }

        @Override
        public Instant now() {
            return now;
        }
    }

    @BeforeEach
    void serve() throws Exception {
        ClusterMetrics.add(metrics, cluster, () -> links, () -> replica.now);
        ControlMetrics.add(
                metrics, replica, reports, StreamCounts::new, new ControlMetrics.Writes(conflicts::get, () -> 0));
        http = new HttpEndpoint(0, () -> true, () -> Map.of(), metrics::scrape);
    }

    @AfterEach
    void stop() {
        http.close();
    }

    private StrictText scraped() throws Exception {
        cluster.sync();
        return StrictText.scrape("http://127.0.0.1:" + http.port() + "/metrics");
    }

    private static Condition condition(String type, String status, String reason) {
        return new Condition(type, status, 1L, START.toString(), reason, "because");
    }

    private static Domain domain(int used, int leased, int size, String ready) {
        Domain domain = Sample.domain("red", "172.16.0.0/16");
        domain.setStatus(new DomainStatus(
                1L,
                "east",
                7,
                0,
                List.of("172.16.0.0/16"),
                "vxlan",
                false,
                1450,
                used,
                leased,
                size,
                null,
                List.of(condition(Condition.READY, ready, "Any"))));
        return domain;
    }

    private void attachment(
            String address, @Nullable String uid, @Nullable String releasedAt, Condition... conditions) {
        cluster.create(Sample.with(
                Sample.attachment("red", address, "claim-" + address, null, START),
                new AttachmentStatus(1L, "web", uid, "n1", "default", releasedAt, List.of(conditions))));
    }

    @Test
    void poolsFollowTheDomains() throws Exception {
        assertThat(scraped().types()).doesNotContainKeys("vl3_pool_addresses", "vl3_cluster_attachments");
        cluster.put(domain(3, 124, 4000, "True"));
        cluster.create(Sample.block("red", 0, "east"));
        cluster.create(Sample.block("red", 1, "east"));
        cluster.create(Sample.block("red", 2, "west"));
        StrictText text = scraped();
        assertThat(text.value("vl3_pool_addresses{domain=\"red\"}")).isEqualTo(4000);
        assertThat(text.value("vl3_pool_addresses_leased{domain=\"red\"}")).isEqualTo(124);
        assertThat(text.value("vl3_pool_addresses_used{domain=\"red\"}")).isEqualTo(3);
        assertThat(text.value("vl3_pool_blocks{cluster=\"east\",domain=\"red\"}"))
                .isEqualTo(2);
        assertThat(text.value("vl3_pool_blocks{cluster=\"west\",domain=\"red\"}"))
                .isEqualTo(1);
        assertThat(text.value("vl3_domain_ready{domain=\"red\"}")).isEqualTo(1);
        cluster.put(domain(4, 124, 4000, "False"));
        assertThat(scraped().value("vl3_pool_addresses_used{domain=\"red\"}")).isEqualTo(4);
        assertThat(scraped().value("vl3_domain_ready{domain=\"red\"}")).isZero();
    }

    @Test
    void attachmentsAreCountedByState() throws Exception {
        cluster.put(domain(0, 0, 0, "True"));
        attachment("172.16.0.2", null, null);
        attachment("172.16.0.3", "uid-3", null, condition("Attached", "True", "Attached"));
        attachment("172.16.0.4", "uid-4", null, condition("Attached", "True", "Attached"));
        attachment("172.16.0.5", "uid-5", null, condition("Attached", "False", "Waiting"));
        attachment("172.16.0.6", "uid-6", null, condition("Attached", "False", "AttachFailed"));
        attachment("172.16.0.7", "uid-7", null, condition("Attached", "Unknown", "NodeSilent"));
        attachment("172.16.0.8", "uid-8", START.toString(), condition("Attached", "False", "Released"));
        Map<String, Double> series = scraped().series("vl3_cluster_attachments");
        assertThat(series)
                .hasSize(ClusterMetrics.State.values().length)
                .containsEntry("vl3_cluster_attachments{domain=\"red\",state=\"attached\"}", 2.0)
                .allSatisfy((name, count) -> assertThat(count).as(name).isPositive());
        assertThat(series.values().stream().mapToDouble(Double::doubleValue).sum())
                .isEqualTo(7);
    }

    @Test
    void linksShowWhetherAndWhenTheHomeAnswered() throws Exception {
        links.add(link("east", "Home", new LinkStatus(1L, true, START.toString(), List.of())));
        links.add(link("north", "Home", null));
        links.add(link("west", "Member", null));
        replica.now = START.plusSeconds(90);
        StrictText text = scraped();
        assertThat(text.series("vl3_link_up"))
                .containsOnly(
                        Map.entry("vl3_link_up{home=\"east\"}", 1.0), Map.entry("vl3_link_up{home=\"north\"}", 0.0));
        assertThat(text.series("vl3_link_age_seconds"))
                .containsOnly(Map.entry("vl3_link_age_seconds{home=\"east\"}", 90.0));
    }

    private static Link link(String name, String role, @Nullable LinkStatus status) {
        Link link = new Link();
        link.setMetadata(new ObjectMetaBuilder().withName(name).build());
        link.setSpec(new LinkSpec(role, "192.0.2.1:30443", "east.test", null, List.of()));
        link.setStatus(status);
        return link;
    }

    @Test
    void aReplicaShowsHowItIs() throws Exception {
        StrictText text = scraped();
        assertThat(text.value("vl3_leading")).isZero();
        assertThat(text.value("vl3_changes_waiting")).isEqualTo(3);
        assertThat(text.value("vl3_watch_up{kind=\"pod\"}")).isOne();
        assertThat(text.value("vl3_streams{kind=\"agent\"}")).isZero();
        assertThat(text.value("vl3_nacks_total{kind=\"publish\"}")).isZero();
        assertThat(text.value("vl3_certificate_expiry_timestamp_seconds{certificate=\"control\"}"))
                .isEqualTo(1_800_000_000);
        assertThat(text.types())
                .as("it has not passed, and hears no nodes")
                .doesNotContainKeys("vl3_pass_age_seconds", "vl3_nodes");

        replica.leading = true;
        replica.watching = false;
        replica.passedAt = START;
        replica.now = START.plusMillis(1500);
        conflicts.set(4);
        text = scraped();
        assertThat(text.value("vl3_leading")).isOne();
        assertThat(text.value("vl3_watch_up{kind=\"pod\"}")).isZero();
        assertThat(text.value("vl3_pass_age_seconds")).isEqualTo(1.5);
        assertThat(text.value("vl3_writes_failed_total{reason=\"conflict\"}")).isEqualTo(4);
        assertThat(text.value("vl3_writes_failed_total{reason=\"error\"}")).isZero();
    }

    @Test
    void aNodeThatStopsToReportIsSilent() throws Exception {
        replica.leading = true;
        reports.report(new NodeName("n1"), NodeReport.getDefaultInstance(), START);
        reports.report(new NodeName("n2"), NodeReport.getDefaultInstance(), START.plusSeconds(10));
        replica.now = START.plusSeconds(20);
        assertThat(scraped().series("vl3_nodes"))
                .containsOnly(
                        Map.entry("vl3_nodes{state=\"reporting\"}", 2.0),
                        Map.entry("vl3_nodes{state=\"silent\"}", 0.0),
                        Map.entry("vl3_nodes{state=\"unheard\"}", 1.0));
        replica.now = START.plus(NodeReports.SILENT_AFTER).plusSeconds(5);
        assertThat(scraped().value("vl3_nodes{state=\"silent\"}")).isOne();
        assertThat(scraped().value("vl3_nodes{state=\"reporting\"}")).isOne();
    }
}
