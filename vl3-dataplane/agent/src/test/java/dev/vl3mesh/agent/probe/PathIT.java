package dev.vl3mesh.agent.probe;

import static dev.vl3mesh.agent.attach.Resources.RED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.attach.TwoNodes;
import dev.vl3mesh.model.Carrier;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// ```
///   a ─ room ─ host left ── router ── host right ─ room ─ b
/// ```
@SuppressWarnings("NullAway.Init") // every test begins with up(), which takes parameters
class PathIT {
    private static final long PATIENCE_SECONDS = 20;
    private static final ProbePace FAST =
            new ProbePace(TimeUnit.MILLISECONDS.toNanos(200), TimeUnit.SECONDS.toNanos(2));

    private TwoNodes nodes;
    private ProbeWorker left;
    private ProbeWorker right;

    private void up(boolean v6, int underlayMtu) throws Exception {
        up(Carrier.VXLAN, v6, underlayMtu);
    }

    private void up(Carrier carrier, boolean v6, int underlayMtu) throws Exception {
        nodes = TwoNodes.routed(v6, underlayMtu);
        left = nodes.left.probe(FAST);
        right = nodes.right.probe(FAST);
        nodes.publishPair(carrier);
    }

    @AfterEach
    void down() throws Exception {
        left.stop();
        right.stop();
        nodes.close();
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end)
                    .as("%s; left sees %s, right sees %s", what, left.views(), right.views())
                    .isNegative();
            nodes.left.turn();
            nodes.right.turn();
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private boolean everythingIs(int mtu) {
        return left.views().stream().anyMatch(view -> view.pathMtu() == mtu)
                && right.views().stream().anyMatch(view -> view.pathMtu() == mtu)
                && mtu(nodes.left, "a") == mtu
                && mtu(nodes.right, "b") == mtu;
    }

    private static int mtu(TwoNodes.Side side, String pod) {
        String link = side.in(pod, "ip", "-o", "link", "show", "vl3-red");
        return Integer.parseInt(link.replaceAll("(?s).* mtu (\\d+) .*", "$1"));
    }

    /// The underlay that pods can't see: the far side of the router.
    private void narrow(int mtu) {
        nodes.left.node.run(nodes.router(), "ip", "link", "set", "right", "mtu", String.valueOf(mtu));
        nodes.right.node.run(nodes.right.node.host, "ip", "link", "set", "eth0", "mtu", String.valueOf(mtu));
    }

    private void fitsExactly(int mtu) {
        for (String target : List.of("172.16.9.1", "fd00:16::9:1")) {
            int headers = target.contains(":") ? 48 : 28;
            assertThat(nodes.left.pings("a", target, "-M", "do", "-s", String.valueOf(mtu - headers)))
                    .as("%s bytes to %s", mtu, target)
                    .isTrue();
            assertThat(nodes.left
                            .node
                            .attempt(
                                    nodes.left.node.podNamespace("a"),
                                    "ping",
                                    "-c1",
                                    "-W1",
                                    "-M",
                                    "do",
                                    "-s",
                                    String.valueOf(mtu - headers + 1),
                                    target)
                            .output())
                    .containsAnyOf("too long", "too big", "Packet too big", "Frag needed");
            assertThat(nodes.left.pings("a", target, "-M", "dont", "-s", "5000"))
                    .as("in fragments to %s", target)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"VXLAN, false, 8950", "VXLAN, true, 8930", "AUTO, false, 8928", "AUTO, true, 8912"})
    void theDomainsMtuIsWhatFits(Carrier carrier, boolean v6, int mtu) throws Exception {
        up(carrier, v6, 9000);
        await("measured", () -> everythingIs(mtu));
        fitsExactly(mtu);
        PathView view = left.views().getFirst();
        assertThat(view.reachable()).isTrue();
        assertThat(view.roundTripMicros()).isBetween(1L, 100_000L);
        assertThat(view.sent() - view.answered())
                .as("lost before the peer was there")
                .isLessThanOrEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "VXLAN, false, 1450, 1350",
        "VXLAN, true, 1430, 1330",
        "AUTO, false, 1440, 1328",
        "AUTO, true, 1408, 1312"
    })
    void followsAnUnderlayThatChanges(Carrier carrier, boolean v6, int mtu, int narrower) throws Exception {
        up(carrier, v6, 1500);
        await("measured", () -> everythingIs(mtu));
        fitsExactly(mtu);
        narrow(1400);
        await("narrower", () -> everythingIs(narrower));
        fitsExactly(narrower);
        narrow(1500);
        for (TwoNodes.Side side : List.of(nodes.left, nodes.right)) {
            forgetPaths(side);
        }
        await("wider", () -> everythingIs(mtu));
        fitsExactly(mtu);
    }

    /// What ten minutes, or one in a room, would do.
    private static void forgetPaths(TwoNodes.Side side) {
        side.node.run(side.node.host, "ip", "route", "flush", "cache");
        side.node.run(side.node.host, "ip", "-6", "route", "flush", "cache");
        try (var room = side.node.mounts.pin("vl3-red")) {
            side.node.run(room, "ip", "route", "flush", "cache");
            side.node.run(room, "ip", "-6", "route", "flush", "cache");
        }
    }

    @Test
    void beforeAnybodyHasMeasuredThePathTellsThePods() throws Exception {
        up(false, 1500);
        await("measured", () -> everythingIs(1450));
        narrow(1400);
        // The first packet that is too long is lost, and tells the host; the next one is told to the pod.
        for (String target : List.of("172.16.9.1", "fd00:16::9:1")) {
            String answer = nodes.left
                    .node
                    .attempt(
                            nodes.left.node.podNamespace("a"),
                            "ping",
                            "-c3",
                            "-i0.2",
                            "-W1",
                            "-M",
                            "do",
                            "-s",
                            "1390",
                            target)
                    .output();
            assertThat(answer).as(target).containsIgnoringCase("mtu").contains("1350");
        }
    }

    @Test
    void showsAnUnderlayThatIsTooSmall() throws Exception {
        up(false, 1500);
        await("measured", () -> everythingIs(1450));
        narrow(1300);
        await("alarmed", () -> left.alarms().containsKey(RED) && right.alarms().containsKey(RED));
        await("as small as IP may be", () -> mtu(nodes.left, "a") == 1280);
        assertThat(left.views().getFirst().pathMtu()).isEqualTo(1250);
    }

    @Test
    void seesAPeerGoAndComeBack() throws Exception {
        up(false, 1500);
        await("reachable", () -> left.views().stream().anyMatch(PathView::reachable));
        nodes.left.node.run(nodes.router(), "ip", "link", "set", "right", "down");
        await("gone", () -> left.views().stream().noneMatch(PathView::reachable));
        PathView gone = left.views().getFirst();
        assertThat(gone.recentLoss()).isPositive();
        assertThat(System.nanoTime() - gone.answeredNanos()).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
        nodes.left.node.run(nodes.router(), "ip", "link", "set", "right", "up");
        await("back", () -> left.views().stream().allMatch(PathView::reachable));
        assertThat(mtu(nodes.left, "a")).as("an outage is no narrow path").isEqualTo(1450);
    }

    @Test
    void forwardedConnectionsAreClampedToWhatFits() throws Exception {
        up(false, 1500);
        await("measured", () -> everythingIs(1450));
        narrow(1400);
        await("narrower", () -> everythingIs(1350));
        // Whatever the pods think of their interfaces, both ends learn what fits from the room.
        nodes.left.in("a", "ip", "link", "set", "vl3-red", "mtu", "1400");
        nodes.right.in("b", "ip", "link", "set", "vl3-red", "mtu", "1400");
        Process server = nodes.right.node.start(
                nodes.right.node.podNamespace("b"), "socat", "-u", "/dev/zero", "TCP-LISTEN:7777,reuseaddr,fork");
        try {
            String mss = "";
            for (int i = 0; i < 40 && !mss.matches("(?s).*mss:\\d+.*"); i++) {
                TimeUnit.MILLISECONDS.sleep(100);
                mss = nodes.left.in(
                        "a",
                        "sh",
                        "-c",
                        "timeout 2 socat -u TCP:172.16.9.1:7777 /dev/null & sleep 0.5; ss -tin dst 172.16.9.1");
            }
            assertThat(mss).contains("mss:1298");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }
}
