package dev.vl3mesh.bridge.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.TunnelEnd;
import dev.vl3mesh.xds.proto.v1.Node;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeReportsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final NodeName NODE = new NodeName("node-1");

    private final Changes changes = new Changes();
    private final NodeReports reports = new NodeReports(changes, START);

    private static NodeReport report(String uid, String problem) {
        return NodeReport.newBuilder()
                .addAttached(NodeReport.AttachedPod.newBuilder()
                        .setDomain("red")
                        .setPodUid(uid)
                        .setProblem(problem))
                .build();
    }

    private Sighting sighting(int second) {
        return reports.sighting(NODE, "uid-1", "red", START.plusSeconds(second));
    }

    @Test
    void saysWhatTheNodeSaid() {
        assertThat(sighting(1)).isEqualTo(new Sighting.Unheard());
        reports.report(NODE, report("uid-2", ""), START.plusSeconds(1));
        assertThat(sighting(2)).isEqualTo(new Sighting.Missing());
        reports.report(NODE, report("uid-1", "EBUSY"), START.plusSeconds(2));
        assertThat(sighting(3)).isEqualTo(new Sighting.Failed("EBUSY"));
        reports.report(NODE, report("uid-1", ""), START.plusSeconds(3));
        assertThat(sighting(4)).isEqualTo(new Sighting.Attached());
    }

    @Test
    void anOldReportIsNotBelieved() {
        reports.report(NODE, report("uid-1", ""), START);
        assertThat(sighting(45)).isEqualTo(new Sighting.Attached());
        assertThat(sighting(46)).isEqualTo(new Sighting.Silent());
        assertThat(reports.sighting(new NodeName("never"), "uid-1", "red", START.plusSeconds(46)))
                .isEqualTo(new Sighting.Silent());
    }

    private static NodeReport tunnel(String key, int port) {
        return NodeReport.newBuilder()
                .addRooms(NodeReport.RoomState.newBuilder()
                        .setDomain("red")
                        .setTunnel(Node.Tunnel.newBuilder().setPublicKey(key).setPort(port)))
                .build();
    }

    @Test
    void whatANodeSaysOfItsTunnelIsRememberedUntilItSaysOtherwise() {
        DomainName red = new DomainName("red");
        String key = Base64.getEncoder().encodeToString(new byte[32]);
        reports.report(NODE, tunnel(key, 51_900), START);
        assertThat(changes.drain()).contains(new Change.OfNode("node-1"));
        assertThat(reports.tunnels(NODE)).containsExactly(Map.entry(red, new TunnelEnd(key, 51_900)));
        reports.report(NODE, NodeReport.getDefaultInstance(), START);
        reports.report(NODE, tunnel("pigeon", 51_900), START);
        reports.report(NODE, tunnel(key, 0), START);
        assertThat(changes.drain()).doesNotContain(new Change.OfNode("node-1"));
        assertThat(reports.tunnels(NODE)).containsExactly(Map.entry(red, new TunnelEnd(key, 51_900)));
        reports.report(NODE, tunnel(key, 51_901), START);
        assertThat(changes.drain()).contains(new Change.OfNode("node-1"));
        assertThat(reports.tunnels(NODE)).containsExactly(Map.entry(red, new TunnelEnd(key, 51_901)));
        reports.forget(NODE);
        assertThat(reports.tunnels(NODE)).isEmpty();
    }

    @Test
    void onlyWhatIsNewIsAChange() {
        reports.report(NODE, report("uid-1", ""), START);
        assertThat(changes.drain()).containsExactly(new Change.OfPod("uid-1", ""));
        reports.report(NODE, report("uid-1", ""), START.plusSeconds(10));
        assertThat(changes.drain()).isEmpty();
        reports.report(NODE, NodeReport.getDefaultInstance(), START.plusSeconds(20));
        assertThat(changes.drain()).containsExactly(new Change.OfPod("uid-1", ""));
    }

    @Test
    void aNodeThatFallsSilentIsAChangeOfItsPodsOnce() {
        reports.report(NODE, report("uid-1", ""), START);
        changes.drain();
        reports.tick(START.plusSeconds(40));
        assertThat(changes.drain()).isEmpty();
        reports.tick(START.plusSeconds(46));
        reports.tick(START.plusSeconds(48));
        assertThat(changes.drain()).containsExactly(new Change.OfPod("uid-1", ""));
        reports.report(NODE, report("uid-1", ""), START.plusSeconds(50));
        assertThat(changes.drain()).containsExactly(new Change.OfPod("uid-1", ""));
    }

    @Test
    void theSmallestRoomCounts() {
        reports.report(
                NODE,
                NodeReport.newBuilder()
                        .addRooms(room("red", 1450))
                        .addRooms(room("green", 1280))
                        .build(),
                START);
        reports.report(
                new NodeName("node-2"),
                NodeReport.newBuilder().addRooms(room("red", 1400)).build(),
                START);
        assertThat(reports.measuredMtu("red", START)).hasValue(1400);
        assertThat(reports.measuredMtu("blue", START)).isEmpty();
        assertThat(reports.measuredMtu("red", START.plusSeconds(60))).isEmpty();
    }

    private static NodeReport.RoomState room(String domain, int mtu) {
        return NodeReport.RoomState.newBuilder().setDomain(domain).setMtu(mtu).build();
    }
}
