package dev.vl3mesh.agent.attach;

import static dev.vl3mesh.agent.attach.Resources.RED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Pod a on the left and b on the right, in an encrypted domain. What any carrier does, [TwoNodesIT] says.
class WireGuardCarrierIT {
    private TwoNodes nodes;

    @BeforeEach
    void up() throws Exception {
        nodes = new TwoNodes(1500);
        nodes.publishPair(Carrier.AUTO);
    }

    @AfterEach
    void down() {
        nodes.close();
    }

    @Test
    void nothingElseIsOnTheCable() throws Exception {
        Process capture = nodes.left.node.start(
                nodes.left.node.host, "tcpdump", "-lnni", "eth0", "-c", "40", "-X", "ip or (ip6 and not icmp6)");
        TimeUnit.MILLISECONDS.sleep(500);
        String pattern = "70757265"; // "pure"
        for (String target : List.of("172.16.9.1", "fd00:16::9:1")) {
            nodes.left.in("a", "ping", "-c", "20", "-i", "0.01", "-w", "10", "-p", pattern, target);
        }
        String seen = new String(capture.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(seen).doesNotContain("172.16.", "fd00:16", "purepure");
        assertThat(seen.lines().filter(line -> line.contains(" > ") && !line.contains("ICMP6")))
                .hasSizeGreaterThan(30)
                .allMatch(line ->
                        line.matches(".*192\\.0\\.2\\.[12]\\.519\\d\\d > 192\\.0\\.2\\.[12]\\.519\\d\\d: UDP.*"));
    }

    /// A connection that is in use goes on: the interface stays, and sessions are made anew.
    @Test
    void aConnectionOutlivesTheAgent() throws Exception {
        Process server = nodes.right.node.start(
                nodes.right.node.podNamespace("b"), "socat", "TCP-LISTEN:5000,reuseaddr", "EXEC:cat");
        TimeUnit.MILLISECONDS.sleep(300);
        Process client = nodes.left.node.start(
                nodes.left.node.podNamespace("a"),
                "sh",
                "-c",
                "for i in $(seq 60); do echo line $i; sleep 0.1; done | socat -t 5 - TCP:172.16.9.1:5000");
        TimeUnit.SECONDS.sleep(1);
        nodes.left.agent.release();
        nodes.left.agent = nodes.left.agent();
        nodes.left.agent.handle(List.of(
                new NodeEvent.Learnt(nodes.everything()),
                new NodeEvent.SandboxesListed(nodes.left.sandboxes, System.nanoTime()),
                new NodeEvent.Complete()));
        String echoed = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(echoed.lines()).hasSize(60).endsWith("line 60");
        server.destroyForcibly().waitFor();
    }

    /// A control plane that has just started does not know keys.
    @Test
    void aKeyThatIsNotSaidAgainStaysGood() {
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
        nodes.publish(Resources.node(RED, Resources.SELF, "192.0.2.1"), Resources.node(RED, TwoNodes.FAR, "192.0.2.2"));
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
    }

    /// The kernel's own encapsulation goes with its interface: no packet may come in by it any more.
    @Test
    void aDomainIsEncryptedLater() {
        change(Carrier.VXLAN);
        assertThat(interfaces()).contains("vxlan4").doesNotContain("wireguard");
        assertThat(nodes.left.rooms.of(RED).tunnel()).isEmpty();
        change(Carrier.WIREGUARD);
        assertThat(interfaces()).contains("wireguard").doesNotContain("vxlan");
    }

    private void change(Carrier carrier) {
        nodes.publish(Resources.red(carrier));
        nodes.introduce(RED);
        Awaitility.await().until(() -> nodes.left.pings("a", "172.16.9.1") && nodes.right.pings("b", "fd00:16::3:7"));
    }

    private String interfaces() {
        try (NetworkNamespace room = nodes.left.node.mounts.pin("vl3-red")) {
            return nodes.left.node.run(room, "ip", "-o", "link");
        }
    }

    /// Whoever says that another node's key is its own gets nothing, and the other goes on.
    @Test
    void aKeyBelongsToTheNodeThatSaidItFirst() {
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
        NodeResource impostor = new NodeResource(
                Resources.WEST,
                RED,
                new NodeName("n2"),
                Resources.addresses("192.0.2.3"),
                nodes.right.rooms.of(RED).tunnel());
        nodes.left.agent.handle(List.of(new NodeEvent.Learnt(Resources.put(impostor))));
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
        nodes.left.agent.handle(List.of(new NodeEvent.Learnt(Resources.drop(impostor))));
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
    }

    @Test
    void anInterfaceThatIsTakenAwayIsMadeAgain() {
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
        try (NetworkNamespace room = nodes.left.node.mounts.pin("vl3-red")) {
            nodes.left.node.run(room, "ip", "link", "delete", "wireguard");
        }
        assertThat(nodes.left.pings("a", "172.16.9.1")).isFalse();
        nodes.left.agent.tick(System.nanoTime());
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
    }

    /// Who is not in the domain any more is heard no more.
    @Test
    void aNodeThatIsGoneIsNotHeard() {
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
        nodes.left.agent.handle(List.of(new NodeEvent.Learnt(new SnapshotDelta(
                List.of(), Set.of(Resources.node(RED, TwoNodes.FAR, "192.0.2.2").key())))));
        assertThat(nodes.left.pings("a", "172.16.9.1")).isFalse();
        assertThat(nodes.right.pings("b", "172.16.3.7")).isFalse();
        nodes.introduce(RED);
        assertThat(nodes.left.pings("a", "172.16.9.1")).isTrue();
        assertThat(nodes.right.pings("b", "172.16.3.7")).isTrue();
    }
}
