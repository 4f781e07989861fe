package dev.vl3mesh.testbed.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.metrics.StrictText;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// What Prometheus would see of a real mesh: one domain over both clusters, one pod of it in each.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsST {
    private static final String NAME = "gauged";
    private static final String OF_DOMAIN = "{domain=\"" + NAME + "\"}";
    /// The whole of an agent, which may have relayed the sidecars of several meshes before, as other tests let it; the
    /// limit of 120 MiB is for 500 attachments and no mesh.
    private static final long AGENT_KILOBYTES_MAX = 160 << 10;

    private final Lab lab;
    private final LabCluster east;
    private final LabCluster west;

    MetricsST(Lab lab) {
        this.lab = lab;
        this.east = lab.cluster("east");
        this.west = lab.cluster("west");
    }

    private static void eventually(ThrowingRunnable assertion) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(250))
                .atMost(Duration.ofMinutes(2))
                .untilAsserted(assertion);
    }

    @BeforeAll
    void populate() {
        try (KubernetesClient client = east.client()) {
            Domain domain = new Domain();
            domain.setMetadata(new ObjectMetaBuilder().withName(NAME).build());
            domain.setSpec(new DomainSpec(List.of("172.18.0.0/16", "fd00:18::/48"), "vxlan", null, List.of()));
            client.resource(domain).create();
        }
        for (LabCluster cluster : lab.clusters()) {
            try (KubernetesClient client = cluster.client();
                    InputStream pod = Objects.requireNonNull(
                            getClass().getResourceAsStream("/dev/vl3mesh/testbed/observe/pod.yaml"))) {
                eventually(() -> assertThat(
                                client.resources(Domain.class).withName(NAME).get())
                        .isNotNull());
                // the home may not have told everything about the domain yet
                client.load(pod).resources().forEach(object -> eventually(object::serverSideApply));
                eventually(() -> assertThat(
                                client.pods().inNamespace(NAME).withName("idle").isReady())
                        .isTrue());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @AfterAll
    void clean() {
        for (LabCluster cluster : lab.clusters()) {
            try (KubernetesClient client = cluster.client()) {
                client.namespaces().withName(NAME).delete();
                eventually(() -> assertThat(
                                client.resources(Attachment.class).list().getItems())
                        .noneMatch(attachment -> attachment.getSpec().domain().equals(NAME)));
            }
        }
        try (KubernetesClient client = east.client()) {
            client.resources(Domain.class).withName(NAME).delete();
        }
    }

    private static StrictText ofAgent(LabCluster cluster) {
        return StrictText.read(cluster.agentMetrics(1));
    }

    private static StrictText ofPod(LabCluster cluster, String name) {
        return StrictText.read(cluster.podMetrics(name));
    }

    @Test
    void agentsShowPodsAndPaths() {
        for (LabCluster cluster : lab.clusters()) {
            eventually(() -> {
                StrictText agent = ofAgent(cluster);
                assertThat(agent.value("vl3_control_connected")).isOne();
                assertThat(agent.value("vl3_snapshot_age_seconds")).isBetween(0.0, 60.0);
                assertThat(agent.value("vl3_attachments" + OF_DOMAIN)).isOne();
                assertThat(agent.value("vl3_attachments_failed" + OF_DOMAIN)).isZero();
                assertThat(agent.value("vl3_mtu_bytes" + OF_DOMAIN)).isBetween(1280.0, 9000.0);
                assertThat(agent.value("vl3_probe_peers" + OF_DOMAIN)).isOne();
                assertThat(agent.value("vl3_probe_peers_unreachable" + OF_DOMAIN))
                        .isZero();
                LabCluster other = cluster.name().equals(east.name()) ? west : east;
                String peer = "{cluster=\"%s\",domain=\"%s\",node=\"%s\"}"
                        .formatted(other.name(), NAME, other.node(1).name());
                assertThat(agent.value("vl3_probe_round_trip_seconds" + peer)).isBetween(1e-6, 5.0);
                assertThat(agent.value("vl3_probe_loss_ratio" + peer)).isBetween(0.0, 0.5);
                assertThat(agent.value("vl3_path_mtu_bytes" + peer)).isBetween(1280.0, 9000.0);
            });
        }
    }

    @Test
    void aPacketThatIsDroppedIsCountedByItsReason() {
        String reason = "vl3_drops_total{domain=\"" + NAME + "\",reason=\"link-chatter\"}";
        eventually(() -> assertThat(ofAgent(east).value(reason)).isPositive());
    }

    @Test
    void controlPlanesShowTheirClusterAndThemselves() {
        for (LabCluster cluster : lab.clusters()) {
            eventually(() -> {
                StrictText control = ofPod(cluster, "vl3-control");
                assertThat(control.value("vl3_leading")).isOne();
                assertThat(control.series("vl3_watch_up").values()).isNotEmpty().containsOnly(1.0);
                assertThat(control.value("vl3_nodes{state=\"reporting\"}")).isOne();
                assertThat(control.value("vl3_streams{kind=\"agent\"}")).isOne();
                assertThat(control.value("vl3_streams{kind=\"report\"}")).isOne();
                assertThat(control.value("vl3_domain_ready" + OF_DOMAIN)).isOne();
                assertThat(control.value("vl3_pool_addresses" + OF_DOMAIN)).isGreaterThan(1000);
                assertThat(control.value("vl3_pool_addresses_leased" + OF_DOMAIN))
                        .isPositive();
                assertThat(control.value("vl3_cluster_attachments{domain=\"" + NAME + "\",state=\"attached\"}"))
                        .isOne();
                assertThat(control.value("vl3_pass_duration_seconds_count{outcome=\"done\"}"))
                        .isPositive();
                assertThat(control.value("vl3_pass_age_seconds")).isBetween(0.0, 30.0);
            });
        }
        eventually(() -> assertThat(ofPod(east, "vl3-control").value("vl3_streams{kind=\"member\"}"))
                .isOne());
        eventually(() -> assertThat(ofPod(west, "vl3-control").value("vl3_link_up{home=\"east\"}"))
                .isOne());
    }

    @Test
    void theWebhookShowsItsAdmissions() {
        StrictText injector = ofPod(east, "vl3-injector");
        assertThat(injector.value("vl3_admission_duration_seconds_count{endpoint=\"mutate\",outcome=\"changed\"}"))
                .isPositive();
        assertThat(injector.series("vl3_watch_up").values()).isNotEmpty().containsOnly(1.0);
        assertThat(injector.value("vl3_certificate_expiry_timestamp_seconds{certificate=\"webhook\"}"))
                .isGreaterThan(System.currentTimeMillis() / 1e3);
    }

    @Test
    void podsThatCanBeReachedSayWhereToScrape() {
        try (KubernetesClient client = east.client()) {
            TreeSet<String> annotated = new TreeSet<>();
            client.pods().inNamespace(Installation.NAMESPACE).list().getItems().stream()
                    .filter(pod ->
                            Map.of("prometheus.io/scrape", "true", "prometheus.io/port", "18080").entrySet().stream()
                                    .allMatch(entry -> entry.getValue()
                                            .equals(pod.getMetadata()
                                                    .getAnnotations()
                                                    .get(entry.getKey()))))
                    .forEach(pod -> annotated.add(pod.getMetadata().getLabels().get("app.kubernetes.io/name")));
            assertThat(annotated).containsExactly("vl3-control", "vl3-injector");
        }
    }

    @Test
    void anAgentStaysSmall() {
        List<Long> kilobytes = east.exec(1, "ps", "-C", "java", "-o", "rss=,args=")
                .lines()
                .filter(line -> line.contains("dev.vl3mesh.agent.AgentMain"))
                .map(line -> Long.parseLong(line.strip().split(" ", 2)[0]))
                .toList();
        assertThat(kilobytes).singleElement().satisfies(one -> assertThat(one).isBetween(1L, AGENT_KILOBYTES_MAX));
    }
}
