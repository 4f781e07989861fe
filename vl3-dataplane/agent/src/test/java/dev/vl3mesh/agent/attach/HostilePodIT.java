package dev.vl3mesh.agent.attach;

import static dev.vl3mesh.agent.attach.Resources.RED;
import static dev.vl3mesh.agent.attach.Resources.red;
import static dev.vl3mesh.agent.attach.TwoNodes.attachment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.linux.netns.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pod `evil` has root in its namespace, which no real pod has, and sends what it likes. `a` is beside it,
/// `b` on the other node. Both listen to everything that comes.
class HostilePodIT {
    private TwoNodes nodes;
    private Frames frames;
    private Process listener;
    private Path seen;

    @BeforeEach
    void up(@TempDir Path folder) throws Exception {
        nodes = new TwoNodes(1500);
        nodes.publish(red());
        nodes.publish(
                attachment(nodes.left, RED, "evil", "172.16.3.66", "fd00:16::3:66"),
                attachment(nodes.left, RED, "a", "172.16.3.7", "fd00:16::3:7"),
                attachment(nodes.right, RED, "b", "172.16.9.1", "fd00:16::9:1"));
        PodLink evil = new PodLink(
                RED, "uid-evil", nodes.left.start("evil", RED).networkNamespace(), "shop/evil", java.util.List.of());
        frames = new Frames(evil.podHardwareAddress(), evil.roomHardwareAddress());
        nodes.left.start("a", RED);
        nodes.right.start("b", RED);
        seen = folder.resolve("seen");
        Path words = folder.resolve("words");
        listener = nodes.left.node.start(
                nodes.left.node.podNamespace("a"),
                "sh",
                "-c",
                "exec tcpdump -n -l -i vl3-red >" + seen + " 2>" + words);
        while (!Files.exists(words) || !Files.readString(words).contains("listening on")) {
            assertThat(listener.isAlive())
                    .as("tcpdump listens; if it is missing: apt-get install -y --no-install-recommends tcpdump")
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @AfterEach
    void down() throws Exception {
        listener.destroyForcibly().waitFor();
        nodes.close();
    }

    private void send(byte[]... raw) throws Exception {
        Frames.send(nodes.left.node, "evil", "vl3-red", raw);
    }

    /// What was dropped since the last look, but for what every host sends now and then.
    private Map<DropReason, Long> dropped(Map<DropReason, Long> before) {
        Map<DropReason, Long> now = new EnumMap<>(DropReason.class);
        nodes.left.rooms.of(RED).drops().forEach((reason, count) -> {
            if (count > before.getOrDefault(reason, 0L) && reason != DropReason.LINK_CHATTER) {
                now.put(reason, count - before.getOrDefault(reason, 0L));
            }
        });
        return now;
    }

    private void assertDropped(DropReason reason, byte[]... raw) throws Exception {
        Map<DropReason, Long> before = nodes.left.rooms.of(RED).drops();
        send(raw);
        assertThat(dropped(before)).isEqualTo(Map.of(reason, (long) raw.length));
        TimeUnit.MILLISECONDS.sleep(100);
        assertThat(seen).content().as("what a got").doesNotContain("172.16.3.8", "fd00:16::3:8", "10.0.0.1");
    }

    @Test
    void itsOwnPacketsArrive() throws Exception {
        send(frames.udp4("172.16.3.66", "172.16.3.7", 1000, 2000), frames.ip6("fd00:16::3:66", "fd00:16::3:7", 253));
        for (int i = 0; i < 50 && !Files.readString(seen).contains("fd00:16::3:66 >"); i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(seen).content().contains("172.16.3.66.1000 > 172.16.3.7.2000", "fd00:16::3:66 > fd00:16::3:7");
    }

    @Test
    void spoofedSourcesAreDroppedAndCounted() throws Exception {
        assertDropped(
                DropReason.SPOOFED_IPV4,
                frames.udp4("172.16.3.8", "172.16.3.7", 1, 2),
                frames.udp4("172.16.3.7", "172.16.9.1", 1, 2),
                frames.udp4("172.16.0.1", "172.16.3.7", 53, 2),
                frames.udp4("10.0.0.1", "172.16.3.7", 1, 2));
        assertDropped(
                DropReason.SPOOFED_IPV6,
                frames.ip6("fd00:16::3:8", "fd00:16::3:7", 17, 0, 1, 0, 2, 0, 8, 0, 0),
                frames.ip6("fe80::1", "fd00:16::3:7", 253),
                frames.ip6("fd00:16::1", "fd00:16::3:7", 253));
    }

    @Test
    void liesAboutTheLinkAreDroppedAndCounted() throws Exception {
        assertDropped(
                DropReason.SPOOFED_ARP, frames.arp("172.16.3.8", "172.16.0.1"), frames.arp("172.16.0.1", "172.16.3.7"));
        int[] advertisement = new int[24];
        advertisement[0] = 136;
        int[] solicitation = advertisement.clone();
        solicitation[0] = 135;
        assertDropped(
                DropReason.SPOOFED_NEIGHBOUR,
                frames.ip6("fd00:16::3:8", "fd00:16::1", 58, advertisement),
                frames.ip6("fe80::66", "ff02::1", 58, advertisement),
                frames.ip6("::", "ff02::1:ff00:1", 58, solicitation));
        int[] router = new int[16];
        router[0] = 134;
        int[] redirect = new int[40];
        redirect[0] = 137;
        assertDropped(
                DropReason.ROUTER_ADVERTISEMENT,
                frames.ip6("fe80::66", "ff02::1", 58, router),
                frames.ip6("fd00:16::3:66", "ff02::1", 58, router),
                frames.ip6("fe80::66", "fd00:16::3:7", 58, redirect));
        assertDropped(
                DropReason.DHCP,
                frames.udp4("0.0.0.0", "255.255.255.255", 68, 67),
                frames.udp4("172.16.3.66", "172.16.3.7", 67, 68),
                frames.ip6("fe80::66", "ff02::1:2", 17, 2, 34, 2, 35, 0, 8, 0, 0));
    }

    @Test
    void theRoomItselfIsOutOfReachButForTheGateway() throws Exception {
        assertDropped(
                DropReason.NOT_FOR_GATEWAY,
                frames.udp4("172.16.3.66", "224.0.0.1", 1, 2),
                frames.ip6("fd00:16::3:66", "ff02::1", 253));
    }

    @Test
    void aDeadGatewayServiceIsRefusedAtOnce() {
        long start = System.nanoTime();
        TestNode.Outcome dig = nodes.left.node.attempt(
                nodes.left.node.podNamespace("a"), "dig", "+tries=1", "+time=5", "@172.16.0.1", "x.red.vl3.internal");
        assertThat(dig.output()).contains("connection refused");
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(3));
    }

    /// The underlay carries a frame that pretends to come from a pod of this node, or from nobody.
    @Test
    void packetsFromTheCarrierComeFromWhereTheyLive() throws Exception {
        try (NetworkNamespace far = nodes.right.node.mounts.pin("vl3-red")) {
            nodes.right.node.run(far, "nft", "flush", "ruleset");
            nodes.right.node.run(far, "sh", "-c", "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done");
        }
        nodes.right.in(
                "b",
                "sh",
                "-c",
                "ip addr add 172.16.3.66/32 dev vl3-red; ip addr add fd00:16::3:66/128 dev vl3-red nodad");
        nodes.right.in(
                "b",
                "sh",
                "-c",
                "ip addr add 172.16.200.1/32 dev vl3-red; ip addr add fd00:16::c8:1/128 dev vl3-red nodad");
        Map<DropReason, Long> before = nodes.left.rooms.of(RED).drops();
        for (String source : new String[] {"172.16.3.66", "fd00:16::3:66", "172.16.200.1", "fd00:16::c8:1"}) {
            String target = source.contains(":") ? "fd00:16::3:7" : "172.16.3.7";
            assertThat(nodes.right.pings("b", target, "-I", source)).as(source).isFalse();
        }
        assertThat(dropped(before)).isEqualTo(Map.of(DropReason.SPOOFED_REMOTE, 4L));
        assertThat(nodes.right.pings("b", "172.16.3.7")).isTrue();
    }
}
