package dev.vl3mesh.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.agent.attach.DropReason;
import dev.vl3mesh.agent.attach.NodeStatus;
import dev.vl3mesh.agent.attach.RoomSpec;
import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.Vtep;
import dev.vl3mesh.agent.dns.DnsCounters;
import dev.vl3mesh.agent.nri.HookTimes;
import dev.vl3mesh.agent.probe.PathView;
import dev.vl3mesh.metrics.StrictText;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgentMetricsTest {
    private static final DomainName RED = new DomainName("red");

    private final Map<DomainName, RoomSpec> rooms = new HashMap<>();
    private final List<NodeStatus.Pod> pods = new ArrayList<>();
    private final List<PathView> paths = new ArrayList<>();
    private final FakeRoom room = new FakeRoom();
    private final FakeConnections connections = new FakeConnections();
    private final NodeObserver observer = new NodeObserver(
            () -> new NodeStatus(pods, rooms, false), () -> List.copyOf(paths), Map::of, System::nanoTime);
    private HttpStatus http;

    private static final class FakeConnections implements Connections {
        boolean control;
        long ageMillis = -1;
        Optional<Instant> certificateEnd = Optional.empty();

        @Override
        public boolean control() {
            return control;
        }

        @Override
        public long snapshotAgeMillis() {
            return ageMillis;
        }

        @Override
        public Optional<Instant> certificateEnd() {
            return certificateEnd;
        }

        @Override
        public boolean nri() {
            return false;
        }
    }

    @BeforeEach
    void serve() throws Exception {
        http = new HttpStatus(
                0,
                Optional.of(InetAddress.ofLiteral("127.0.0.2")),
                () -> true,
                AgentMetrics.onDemand(observer, new DnsCounters(), new HookTimes(), connections),
                () -> "{}");
        http.start();
    }

    @AfterEach
    void stop() {
        http.stop();
    }

    private StrictText scraped() throws Exception {
        return StrictText.scrape("http://127.0.0.1:" + http.port() + "/metrics");
    }

    private void open() {
        NodeKey self = new NodeKey(new KubeClusterName("east"), new NodeName("east-1"));
        RoomSpec spec = new RoomSpec(
                RED,
                CarrierKind.VXLAN,
                7,
                1450,
                List.of(IpPrefix.parse("172.16.0.0/16")),
                List.of(),
                Vtep.of(RED, self),
                0,
                List.of());
        rooms.put(RED, spec);
        observer.opened(spec, room, List.of());
    }

    private static PathView path(String node, int answered, long sent, int roundTripMicros) {
        NodeKey key = new NodeKey(new KubeClusterName("west"), new NodeName(node));
        Peer peer = new Peer(key, Vtep.of(RED, key), IpAddress.parse("192.0.2.9"));
        return new PathView(
                RED, peer, answered > 0, roundTripMicros, (int) sent, answered, sent, answered, answered * 100, 1, 1);
    }

    @Test
    void anAgentThatKnowsNothingSaysSo() throws Exception {
        StrictText text = scraped();
        assertThat(text.value("vl3_control_connected")).isZero();
        assertThat(text.value("vl3_dns_queries_total{outcome=\"answered\"}")).isZero();
        assertThat(text.value("vl3_pod_hook_seconds_bucket{le=\"0.01\"}")).isZero();
        assertThat(text.types())
                .as("what is not known is not shown")
                .doesNotContainKeys(
                        "vl3_snapshot_age_seconds", "vl3_certificate_expiry_timestamp_seconds", "vl3_attachments");
    }

    @Test
    void connectionsAreShownAsTheyAre() throws Exception {
        connections.control = true;
        connections.ageMillis = 2500;
        connections.certificateEnd = Optional.of(Instant.ofEpochSecond(1_800_000_000));
        StrictText text = scraped();
        assertThat(text.value("vl3_control_connected")).isOne();
        assertThat(text.value("vl3_snapshot_age_seconds")).isEqualTo(2.5);
        assertThat(text.value("vl3_certificate_expiry_timestamp_seconds{certificate=\"node\"}"))
                .isEqualTo(1_800_000_000);
        connections.ageMillis = 30;
        assertThat(scraped().value("vl3_snapshot_age_seconds")).isEqualTo(0.03);
    }

    @Test
    void roomsAndPodsAreCounted() throws Exception {
        open();
        pods.add(new NodeStatus.Pod(RED, "uid-1", List.of(), ""));
        pods.add(new NodeStatus.Pod(RED, "uid-2", List.of(), ""));
        pods.add(new NodeStatus.Pod(RED, "uid-3", List.of(), "veth: EPERM"));
        room.drops.put(DropReason.SPOOFED_IPV4, 4L);
        StrictText text = scraped();
        assertThat(text.value("vl3_attachments{domain=\"red\"}")).isEqualTo(2);
        assertThat(text.value("vl3_attachments_failed{domain=\"red\"}")).isEqualTo(1);
        assertThat(text.value("vl3_mtu_bytes{domain=\"red\"}")).isEqualTo(1450);
        assertThat(text.value("vl3_drops_total{domain=\"red\",reason=\"spoofed-ipv4\"}"))
                .isEqualTo(4);
        room.drops.put(DropReason.SPOOFED_IPV4, 5L);
        assertThat(scraped().value("vl3_drops_total{domain=\"red\",reason=\"spoofed-ipv4\"}"))
                .isEqualTo(5);

        rooms.clear();
        pods.clear();
        observer.closed(RED);
        assertThat(scraped().types()).doesNotContainKeys("vl3_attachments", "vl3_mtu_bytes", "vl3_drops_total");
    }

    @Test
    void pathsShowWhatProbesSaw() throws Exception {
        open();
        paths.add(path("west-1", 3, 4, 250));
        paths.add(path("west-2", 0, 4, 250));
        paths.add(path("west-3", 0, 0, 0));
        StrictText text = scraped();
        String one = "{cluster=\"west\",domain=\"red\",node=\"west-1\"}";
        String two = "{cluster=\"west\",domain=\"red\",node=\"west-2\"}";
        assertThat(text.value("vl3_probe_round_trip_seconds" + one)).isEqualTo(0.00025);
        assertThat(text.value("vl3_probe_loss_ratio" + one)).isEqualTo(0.25);
        assertThat(text.value("vl3_path_mtu_bytes" + one)).isEqualTo(300);
        assertThat(text.value("vl3_probe_loss_ratio" + two)).isEqualTo(1);
        assertThat(text.series("vl3_probe_round_trip_seconds"))
                .as("no round trip of a node that does not answer now")
                .hasSize(1);
        assertThat(text.value("vl3_probe_peers{domain=\"red\"}")).isEqualTo(2);
        assertThat(text.value("vl3_probe_peers_unreachable{domain=\"red\"}")).isEqualTo(1);
    }

    @Test
    void theNumberOfSeriesIsBounded() throws Exception {
        open();
        for (int i = 0; i < 1000; i++) {
            paths.add(path("west-%04d".formatted(999 - i), 1, 1, 100));
        }
        StrictText text = scraped();
        assertThat(text.series("vl3_probe_loss_ratio"))
                .hasSize(AgentMetrics.PEERS_MAX)
                .containsKey("vl3_probe_loss_ratio{cluster=\"west\",domain=\"red\",node=\"west-0000\"}");
        assertThat(text.value("vl3_probe_peers{domain=\"red\"}")).isEqualTo(1000);
    }

    @Test
    void elsewhereThereAreMetricsAndNothingElse() throws Exception {
        String elsewhere = "http://127.0.0.2:" + http.port();
        assertThat(StrictText.scrape(elsewhere + "/metrics").value("vl3_nri_connected"))
                .isZero();
        assertThatThrownBy(() -> StrictText.scrape(elsewhere + "/status")).hasMessageContaining("404");
    }
}
