package dev.vl3mesh.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.api.v1alpha1.LinkSpec;
import dev.vl3mesh.api.v1alpha1.LinkStatus;
import dev.vl3mesh.ctl.cluster.ControlView;
import dev.vl3mesh.ctl.cluster.ControlView.NodeView;
import dev.vl3mesh.ctl.cluster.ControlView.PeerView;
import dev.vl3mesh.ctl.cluster.ControlView.RoomView;
import dev.vl3mesh.ctl.command.ClusterStatus.LinkView;
import dev.vl3mesh.ctl.command.ClusterStatus.Seen;
import dev.vl3mesh.ctl.command.ClusterStatus.WorkloadView;
import dev.vl3mesh.ctl.command.DomainsCommand.DomainView;
import dev.vl3mesh.ctl.render.Styles;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterStatusTest {
    private static final PeerView REACHES =
            new PeerView("red", "west/west-1", true, 421, 1450, 900, "vxlan", false, 125);
    private static final NodeView NODE = new NodeView(
            3000, 2, List.of(), List.of(REACHES), Map.of("red/spoofed", 7L), List.of(new RoomView("red", 1450, "")));
    private static final LinkView LINK = new LinkView("west", "Member", true, null, "its stream is open");
    private static final DomainView RED = new DomainView(
            "red",
            List.of("172.16.0.0/16"),
            "east",
            "vxlan",
            1450,
            7,
            2,
            1,
            2,
            1024,
            null,
            null,
            "True",
            "pods can join");

    private static Seen seen(int readyPods, LinkView link, NodeView node) {
        return new Seen(
                "east",
                List.of(new WorkloadView("vl3-control", readyPods, 1)),
                List.of(link),
                List.of(RED),
                List.of("east-1"),
                new ControlView("east", true, List.of("west"), Map.of("east-1", node)),
                "");
    }

    @Test
    void wellIsShownWithWhatWasSeenAndItsAge() {
        ClusterStatus status = ClusterStatus.of(seen(1, LINK, NODE));
        assertThat(status.well()).isTrue();
        assertThat(StatusCommand.text(status, new Styles(false))).isEqualTo("""
                cluster east: well

                COMPONENT     READY
                vl3-control   1/1

                LINK   IS OUR   STREAM
                west   member   open     its stream is open

                DOMAIN   HOME   CARRIER                 PODS HERE   READY
                red      east   vxlan (not encrypted)   2           yes

                NODE     ATTACHED   DROPPED   HEARD
                east-1   2          7         3s ago

                FROM     TO            DOMAIN   REACHES   ROUND TRIP   LOSS     MTU    CARRIER                 PROBED
                east-1   west/west-1   red      yes       0.42 ms      12.5 %   1450   vxlan (not encrypted)   900ms ago
                """);
    }

    @Test
    void everythingThatIsNotWellIsASentence() {
        NodeView bad = new NodeView(
                90_000,
                1,
                List.of("pod shop/web: no address"),
                List.of(new PeerView("red", "west/west-1", false, 0, 0, 5000, "vxlan", false, 1000)),
                Map.of(),
                List.of(new RoomView("red", 1280, "the underlay to west-1 carries 1280 bytes only")));
        ClusterStatus status =
                ClusterStatus.of(seen(0, new LinkView("far", "Home", false, null, "nobody answers"), bad));
        assertThat(status.well()).isFalse();
        assertThat(status.problems())
                .containsExactly(
                        "vl3-control: 0 of 1 pods are ready",
                        "link to far: nobody answers",
                        "node east-1: its agent was last heard 90s ago",
                        "node east-1: pod shop/web: no address",
                        "node east-1: domain red: the underlay to west-1 carries 1280 bytes only",
                        "node east-1: domain red does not reach node west/west-1 (probed 5s ago)");
        assertThat(StatusCommand.text(status, new Styles(false)))
                .startsWith("cluster east: not well\n  - vl3-control: 0 of 1 pods are ready\n");
    }

    @Test
    void aNodeThatNeverReportedAndASilentLeaderAreNotWell() {
        Seen silent = new Seen(
                "east", List.of(), List.of(), List.of(), List.of("east-1"), null, "the control plane does not answer");
        assertThat(ClusterStatus.of(silent).problems())
                .containsExactly(
                        "vl3mesh is not installed: none of its workloads is there",
                        "the control plane does not answer");
        Seen unheard = new Seen(
                "east",
                List.of(new WorkloadView("vl3-agent", 1, 1)),
                List.of(),
                List.of(),
                List.of("east-1"),
                new ControlView("east", true, List.of(), Map.of()),
                "");
        assertThat(ClusterStatus.of(unheard).problems())
                .containsExactly("node east-1: its agent has not reported to this leader yet");
    }

    private static Link link(@Nullable LinkStatus status) {
        Link link = new Link();
        link.setMetadata(new ObjectMetaBuilder().withName("east").build());
        link.setSpec(new LinkSpec("Home", "192.0.2.1:30443", "east.vl3mesh.internal", null, List.of()));
        link.setStatus(status);
        return link;
    }

    private static LinkStatus status(boolean connected, String reason, String message) {
        return new LinkStatus(
                1L,
                connected,
                null,
                List.of(new Condition(
                        "Ready", connected ? "True" : "False", 1L, "2026-11-24T12:00:00Z", reason, message)));
    }

    @Test
    void aRefusalIsFinalAndSilenceIsNot() {
        assertThat(LinkState.of(null)).isEqualTo(new LinkState.Unseen());
        assertThat(LinkState.of(link(null))).isEqualTo(new LinkState.Unseen());
        assertThat(LinkState.of(link(status(true, "Ready", "yes")))).isEqualTo(new LinkState.Connected("yes"));
        assertThat(LinkState.of(link(status(false, "Refused", "no")))).isEqualTo(new LinkState.Refused("no"));
        assertThat(LinkState.of(link(status(false, "Unreachable", "hm")))).isEqualTo(new LinkState.Pending("hm"));
        // joined, though its home has no free block left
        assertThat(LinkState.of(link(new LinkStatus(
                        1L,
                        true,
                        null,
                        status(false, "NotLeased", "no free block").conditions()))))
                .isEqualTo(new LinkState.Connected("no free block"));
    }
}
