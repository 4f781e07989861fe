package dev.vl3mesh.agent.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.attach.Resources;
import dev.vl3mesh.agent.attach.TestNode;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.tunnel.DropReason;
import dev.vl3mesh.tunnel.PeerSpec;
import dev.vl3mesh.tunnel.TunnelIdentity;
import dev.vl3mesh.tunnel.TunnelKey;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes with a cable between them, a device on each: its interface is in a namespace of its own, its socket in the
/// node's.
class WireGuardDeviceIT {
    private static final int PORT = 51820;

    private final SecureRandom random = new SecureRandom();
    private TestNode left;
    private TestNode right;
    private NetworkNamespace leftRoom;
    private NetworkNamespace rightRoom;
    private final TunnelIdentity leftIdentity = TunnelIdentity.create(random);
    private final TunnelIdentity rightIdentity = TunnelIdentity.create(random);

    @TempDir
    private Path folder;

    @BeforeEach
    void up() throws Exception {
        left = new TestNode(Resources.SELF);
        right = new TestNode(Resources.node("west", "n1"));
        TestNode.connect(left, right, 1500);
        leftRoom = NetworkNamespace.create("left-room");
        rightRoom = NetworkNamespace.create("right-room");
    }

    @AfterEach
    void down() {
        leftRoom.close();
        rightRoom.close();
        left.close();
        right.close();
    }

    private WireGuardDevice device(
            TestNode node, NetworkNamespace room, TunnelIdentity self, String outer, String inner) throws Exception {
        WireGuardDevice device = WireGuardDevice.open(self, "wg0", room, node.host, new InetSocketAddress(outer, PORT));
        node.run(
                room,
                "sh",
                "-c",
                "ip link set lo up; ip address add 10.9.0." + inner + "/24 dev wg0; ip address add fd00:9::" + inner
                        + "/64 dev wg0 nodad; ip link set wg0 mtu 1420 up");
        return device;
    }

    private static PeerSpec peer(TunnelIdentity peer, String outer, String inner) {
        return new PeerSpec(
                peer.publicKey(),
                TunnelKey.NONE,
                Optional.of(new InetSocketAddress(outer, PORT)),
                List.of(IpPrefix.parse("10.9.0." + inner + "/32"), IpPrefix.parse("fd00:9::" + inner + "/128")),
                Duration.ZERO);
    }

    @Test
    void packetsOfBothFamiliesAndAnyProtocolPass() throws Exception {
        try (WireGuardDevice one = device(left, leftRoom, leftIdentity, "192.0.2.1", "1");
                WireGuardDevice other = device(right, rightRoom, rightIdentity, "192.0.2.2", "2")) {
            one.add(peer(rightIdentity, "192.0.2.2", "2"));
            other.add(peer(leftIdentity, "192.0.2.1", "1"));
            assertThat(left.run(leftRoom, "ping", "-c", "20", "-i", "0.01", "-w", "10", "10.9.0.2"))
                    .contains("20 received");
            assertThat(right.run(rightRoom, "ping", "-c", "5", "-i", "0.01", "-w", "10", "fd00:9::1"))
                    .contains("5 received");
            assertThat(left.run(leftRoom, "ping", "-c", "1", "-w", "10", "-s", "20000", "10.9.0.2"))
                    .as("in fragments")
                    .contains("1 received");
            assertThat(one.isConnected(rightIdentity.publicKey())).isTrue();
            everythingArrives(rightRoom);
            // the kernel's own multicast finds nobody
            assertThat(one.drops().keySet()).isSubsetOf(DropReason.NO_PEER);
            assertThat(other.drops().keySet()).isSubsetOf(DropReason.NO_PEER);
        }
    }

    /// Bytes over TCP, as they were sent, from the left room to the right one's address.
    private void everythingArrives(NetworkNamespace server) throws Exception {
        byte[] bytes = new byte[20_000_000];
        random.nextBytes(bytes);
        Path sent = Files.write(folder.resolve("sent"), bytes);
        Path received = folder.resolve("received");
        Process listener = right.start(server, "socat", "-u", "TCP-LISTEN:5000,reuseaddr", "CREATE:" + received);
        TimeUnit.MILLISECONDS.sleep(300);
        left.run(leftRoom, "socat", "-u", "OPEN:" + sent, "TCP:10.9.0.2:5000");
        assertThat(listener.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.mismatch(sent, received)).isEqualTo(-1);
    }

    @Test
    void nothingIsOnTheCableButWireGuard() throws Exception {
        Process capture = left.start(left.host, "tcpdump", "-lnni", "eth0", "-c", "30", "-X", "ip or ip6");
        TimeUnit.MILLISECONDS.sleep(500);
        try (WireGuardDevice one = device(left, leftRoom, leftIdentity, "192.0.2.1", "1");
                WireGuardDevice other = device(right, rightRoom, rightIdentity, "192.0.2.2", "2")) {
            one.add(peer(rightIdentity, "192.0.2.2", "2"));
            other.add(peer(leftIdentity, "192.0.2.1", "1"));
            String pattern = "70757265"; // "pure"
            left.run(leftRoom, "ping", "-c", "20", "-i", "0.01", "-p", pattern, "10.9.0.2");
            String seen = new String(capture.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(seen).contains("192.0.2.1.51820 > 192.0.2.2.51820: UDP").doesNotContain("10.9.0", "purepure");
            assertThat(seen.lines().filter(line -> line.contains(" > ") && !line.contains("ICMP6")))
                    .allMatch(line -> line.contains(".51820: UDP"));
        }
    }

    @Test
    void theReferenceAtTheOtherEnd() throws Exception {
        Path binary = Path.of(System.getenv()
                        .getOrDefault("VL3_PEERS", System.getProperty("user.home") + "/.cache/vl3mesh/peers/current"))
                .resolve("bin/wireguard");
        assertThat(binary)
                .as("wireguard-go: testbed/peers/build ~/.cache/vl3mesh makes it")
                .isExecutable();
        String name = "vl3go" + ProcessHandle.current().pid() % 100_000;
        Process program = right.start(right.host, binary.toString(), "-f", name);
        try (WireGuardDevice one = device(left, leftRoom, leftIdentity, "192.0.2.1", "1")) {
            Uapi.configure(name, rightIdentity, leftIdentity.publicKey(), "192.0.2.1:" + PORT, "10.9.0.1/32");
            right.run(
                    right.host, "sh", "-c", "ip address add 10.9.0.2/24 dev " + name + "; ip link set " + name + " up");
            one.add(peer(rightIdentity, "192.0.2.2", "2"));
            assertThat(left.run(leftRoom, "ping", "-c", "20", "-i", "0.01", "-w", "10", "10.9.0.2"))
                    .contains("20 received");
            everythingArrives(right.host);
        } finally {
            program.destroy();
            program.waitFor();
        }
    }
}
