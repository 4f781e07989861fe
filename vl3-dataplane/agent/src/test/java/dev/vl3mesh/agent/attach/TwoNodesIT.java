package dev.vl3mesh.agent.attach;

import static dev.vl3mesh.agent.attach.Resources.EAST;
import static dev.vl3mesh.agent.attach.Resources.GREEN;
import static dev.vl3mesh.agent.attach.Resources.RED;
import static dev.vl3mesh.agent.attach.Resources.drop;
import static dev.vl3mesh.agent.attach.Resources.green;
import static dev.vl3mesh.agent.attach.Resources.prefixes;
import static dev.vl3mesh.agent.attach.Resources.red;
import static dev.vl3mesh.agent.attach.TwoNodes.attachment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Pods a, c on the left and b on the right are red; g on the left and h on the right are green; both is in
/// both.
@ParameterizedClass
@EnumSource(
        value = Carrier.class,
        names = {"VXLAN", "WIREGUARD_USERSPACE"})
class TwoNodesIT {
    private final Carrier carrier;
    private TwoNodes nodes;
    private Path file;

    TwoNodesIT(Carrier carrier) {
        this.carrier = carrier;
    }

    @BeforeEach
    void up(@TempDir Path folder) throws Exception {
        file = Files.createFile(folder.resolve("output"));
        nodes = new TwoNodes(1500);
        nodes.publish(red(carrier));
        nodes.publish(green(carrier));
        nodes.publish(
                attachment(nodes.left, RED, "a", "172.16.3.7", "fd00:16::3:7"),
                attachment(nodes.left, RED, "c", "172.16.3.8", "fd00:16::3:8"),
                attachment(nodes.right, RED, "b", "172.16.9.1", "fd00:16::9:1"),
                attachment(nodes.left, GREEN, "g", "172.17.3.7", "fd00:17::3:7"),
                attachment(nodes.right, GREEN, "h", "172.17.9.1", "fd00:17::9:1"),
                attachment(nodes.left, RED, "both", "172.16.3.9", "fd00:16::3:9"),
                attachment(nodes.left, GREEN, "both", "172.17.3.9", "fd00:17::3:9"));
        nodes.left.start("a", RED);
        nodes.left.start("c", RED);
        nodes.left.start("g", GREEN);
        nodes.left.start("both", RED, GREEN);
        nodes.right.start("b", RED);
        nodes.right.start("h", GREEN);
        nodes.introduce(RED);
        nodes.introduce(GREEN);
    }

    @AfterEach
    void down() {
        nodes.close();
    }

    @Test
    void podsReachEachOtherOnOneNodeAndOverTwo() {
        for (String target :
                List.of("172.16.3.8", "fd00:16::3:8", "172.16.9.1", "fd00:16::9:1", "172.16.0.1", "fd00:16::1")) {
            assertThat(nodes.left.pings("a", target)).as(target).isTrue();
        }
        for (String target : List.of("172.16.3.7", "fd00:16::3:7", "172.16.3.9", "172.16.0.1")) {
            assertThat(nodes.right.pings("b", target)).as(target).isTrue();
        }
        assertThat(nodes.left.pings("both", "172.16.9.1")).isTrue();
        assertThat(nodes.left.pings("both", "fd00:17::9:1")).isTrue();
    }

    @Test
    void anyProtocolArrivesWithItsOwnSource() throws Exception {
        for (String[] address : new String[][] {{"172.16.3.7", "172.16.9.1"}, {"fd00:16::3:7", "[fd00:16::9:1]"}}) {
            String family = address[1].startsWith("[") ? "6" : "4";
            for (String protocol : List.of("TCP", "UDP")) {
                String listen = protocol + family + (protocol.equals("TCP") ? "-LISTEN:7777" : "-RECVFROM:7777");
                // fork: on a busy machine an answer may come too late, and the next question needs a server too
                Process server = socat(listen + ",reuseaddr,fork", "SYSTEM:echo from $SOCAT_PEERADDR");
                String client = "(echo; sleep 1) | socat -t 1 - " + protocol + family + ":" + address[1] + ":7777";
                assertThat(answer(client)).as(protocol + family).contains(asSocatWrites(address[0]));
                server.destroyForcibly().waitFor();
            }
            // RFC 3692: protocol 253 is for experiments, so nobody on the way can know it.
            Process server = socat("-u", "IP" + family + "-RECV:253", "CREATE:" + file);
            String expected = "protocol 253 over " + family;
            for (int i = 0; i < 50 && !Files.readString(file).contains(expected); i++) {
                nodes.left.in(
                        "a",
                        "sh",
                        "-c",
                        "echo " + expected + " | socat -u - IP" + family + "-SENDTO:" + address[1] + ":253");
                TimeUnit.MILLISECONDS.sleep(100);
            }
            assertThat(file).content().contains(expected);
            server.destroyForcibly().waitFor();
        }
    }

    private Process socat(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("socat"));
        command.addAll(List.of(arguments));
        return nodes.right.node.start(nodes.right.node.podNamespace("b"), command.toArray(String[]::new));
    }

    /// The server may need a moment to listen.
    private String answer(String client) throws InterruptedException {
        String answer = "";
        for (int i = 0; i < 20 && !answer.contains("from"); i++) {
            answer = nodes.left
                    .node
                    .attempt(nodes.left.node.podNamespace("a"), "sh", "-c", client)
                    .output();
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return answer;
    }

    private static String asSocatWrites(String address) {
        return address.contains(":") ? "[fd00:0016:0000:0000:0000:0000:0003:0007]" : address;
    }

    @Test
    void fragmentsArrive() {
        assertThat(nodes.left.pings("a", "172.16.9.1", "-s", "4000", "-M", "dont"))
                .isTrue();
        assertThat(nodes.left.pings("a", "fd00:16::9:1", "-s", "4000", "-M", "dont"))
                .isTrue();
        int fits = CarrierKind.of(carrier).innerMtu(1500, IpFamily.V4);
        assertThat(pingsWhole("172.16.9.1", fits - 28)).isTrue();
        assertThat(pingsWhole("172.16.9.1", fits - 27)).isFalse();
        assertThat(pingsWhole("fd00:16::9:1", fits - 48)).isTrue();
        assertThat(pingsWhole("fd00:16::9:1", fits - 47)).isFalse();
    }

    private boolean pingsWhole(String target, int bytes) {
        return nodes.left.pings("a", target, "-s", Integer.toString(bytes), "-M", "do");
    }

    @Test
    void domainsAreApart() {
        for (String target : List.of("172.16.3.7", "fd00:16::3:7", "172.16.9.1", "172.16.0.1")) {
            assertThat(nodes.left.pings("g", target)).as(target).isFalse();
        }
        nodes.left.in("g", "ip", "route", "add", "172.16.0.0/16", "via", "172.17.0.1", "dev", "vl3-green", "onlink");
        nodes.left.in("g", "ip", "route", "add", "fd00:16::/48", "via", "fd00:17::1", "dev", "vl3-green", "onlink");
        for (String target : List.of("172.16.3.7", "fd00:16::3:7", "172.16.9.1", "172.16.3.9", "fd00:16::3:9")) {
            assertThat(nodes.left.pings("g", target)).as(target).isFalse();
        }
    }

    @Test
    void aPodInTwoDomainsForwardsNothing() {
        NetworkNamespace both = nodes.left.node.podNamespace("both");
        nodes.left.node.run(both, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
        nodes.left.node.run(both, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
        nodes.left.in("g", "ip", "route", "add", "172.16.0.0/16", "via", "172.17.3.9", "dev", "vl3-green", "onlink");
        nodes.left.in("g", "ip", "neigh", "add", "172.17.3.9", "dev", "vl3-green", "lladdr", roomAddress("g"));
        assertThat(nodes.left.pings("g", "172.16.3.7")).isFalse();
        assertThat(nodes.left.pings("g", "172.16.3.9"))
                .as("the pod's own other address")
                .isFalse();
    }

    /// The Ethernet address of the gateway, as a pod has it.
    private String roomAddress(String pod) {
        String neighbor = nodes.left.in(pod, "ip", "-4", "neigh", "show", "nud", "permanent");
        return neighbor.replaceAll("(?s).*lladdr (\\S+).*", "$1");
    }

    /// ```
    ///   stranger ── eth0 ── a ── vl3-red
    /// ```
    @Test
    void aNeighbourOnEth0ReachesNoDomainAddress() throws IOException {
        NetworkNamespace stranger = NetworkNamespace.create("stranger");
        try (stranger) {
            TestNode node = nodes.left.node;
            NetworkNamespace pod = node.podNamespace("a");
            String strangers = "/proc/" + ProcessHandle.current().pid() + "/fd/" + stranger.descriptor();
            node.run(pod, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", strangers);
            node.run(pod, "sh", "-c", "ip addr add 10.244.0.3/24 dev eth0; ip link set eth0 up");
            node.run(pod, "sh", "-c", "ip addr add fd01::3/64 dev eth0 nodad");
            node.run(
                    stranger,
                    "sh",
                    "-c",
                    "ip addr add 10.244.0.4/24 dev eth0; ip addr add fd01::4/64 dev eth0 nodad; ip link set eth0 up;"
                            + "ip route add 172.16.0.0/16 via 10.244.0.3; ip route add fd00:16::/48 via fd01::3");
            assertThat(node.attempt(stranger, "ping", "-c", "1", "-W", "2", "10.244.0.3")
                            .exit())
                    .as("eth0 works as before")
                    .isZero();
            assertThat(node.attempt(stranger, "ping", "-c", "1", "-W", "2", "fd01::3")
                            .exit())
                    .isZero();
            for (String target : List.of("172.16.3.7", "fd00:16::3:7", "172.16.9.1", "fd00:16::9:1")) {
                assertThat(node.attempt(stranger, "ping", "-c", "1", "-W", "1", target)
                                .exit())
                        .as(target)
                        .isNotZero();
            }
            // both families; two of the addresses are another pod's, which this one does not forward to anyway
            awaitDrops(DropReason.SIDE_DOOR, 2);
            node.run(pod, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
            assertThat(node.attempt(stranger, "ping", "-c", "1", "-W", "1", "172.16.9.1")
                            .exit())
                    .isNotZero();
            awaitDrops(DropReason.FORWARDED, 1);
            nodes.left.in("c", "ip", "route", "add", "10.244.0.0/24", "via", "172.16.0.1", "dev", "vl3-red", "onlink");
            assertThat(nodes.left.pings("c", "10.244.0.3"))
                    .as("eth0's address through the domain")
                    .isFalse();
        }
    }

    private void awaitDrops(DropReason reason, long packets) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(nodes.left.rooms.of(RED).drops())
                        .as("guards are read now and then")
                        .containsEntry(reason, packets));
    }

    @Test
    void detachingTakesEverythingAwayAndOnlyThat() {
        nodes.left.agent.handle(List.of(
                new NodeEvent.Learnt(drop(attachment(nodes.left, GREEN, "both", "172.17.3.9", "fd00:17::3:9")))));
        assertThat(nodes.left.pings("both", "172.16.9.1")).isTrue();
        assertThat(nodes.left.in("both", "ip", "-o", "link"))
                .contains("vl3-red")
                .doesNotContain("vl3-green");
        assertThat(nodes.left.in("both", "nft", "list", "tables"))
                .contains("inet vl3-red")
                .doesNotContain("green");
        nodes.left.agent.handle(List.of(new NodeEvent.SandboxStopped("box-both", System.nanoTime())));
        nodes.left.node.kill("both");
        assertThat(nodes.left.pings("a", "172.16.3.9")).isFalse();
        assertThat(nodes.left.pings("a", "172.16.3.8")).isTrue();
        String room = room("vl3-red", "nft", "list", "ruleset");
        assertThat(room).contains("172.16.3.7").doesNotContain("172.16.3.9");
    }

    /// A room stays for a while after its last pod, and so finds itself in the next domain of the name.
    @Test
    void aDomainThatIsMadeAnewMayHaveOtherAddresses() {
        nodes.left.agent.handle(List.of(
                new NodeEvent.Learnt(drop(attachment(nodes.left, GREEN, "g", "172.17.3.7", "fd00:17::3:7"))),
                new NodeEvent.Learnt(drop(attachment(nodes.left, GREEN, "both", "172.17.3.9", "fd00:17::3:9"))),
                new NodeEvent.Learnt(drop(green(carrier)))));
        nodes.left.agent.handle(List.of(new NodeEvent.Learnt(new SnapshotDelta(
                List.of(
                        new DomainResource(EAST, GREEN, prefixes("172.18.0.0/16", "fd00:18::/48"), 7, 1, 0, carrier),
                        attachment(nodes.left, GREEN, "new", "172.18.3.7", "fd00:18::3:7")),
                Set.of()))));
        nodes.left.start("new", GREEN);
        assertThat(nodes.left.pings("new", "172.18.0.1")).isTrue();
        assertThat(nodes.left.pings("new", "fd00:18::1")).isTrue();
    }

    private String room(String name, String... command) {
        try (NetworkNamespace room = nodes.left.node.mounts.pin(name)) {
            return nodes.left.node.run(room, command);
        }
    }

    @Test
    void aNewAgentTouchesNothing() throws Exception {
        String before = dump();
        nodes.left.agent.release();
        try (NetworkNamespace red = nodes.left.node.mounts.pin("vl3-red")) {
            Process monitor =
                    nodes.left.node.start(red, "sh", "-c", "exec ip -ts monitor link address route neigh >" + file);
            TimeUnit.MILLISECONDS.sleep(300);
            nodes.left.agent = nodes.left.agent();
            nodes.left.agent.handle(List.of(new NodeEvent.Learnt(nodes.everything())));
            nodes.left.agent.handle(List.of(new NodeEvent.SandboxesListed(nodes.left.sandboxes, System.nanoTime())));
            nodes.left.agent.handle(List.of(new NodeEvent.Complete()));
            TimeUnit.MILLISECONDS.sleep(300);
            monitor.destroyForcibly().waitFor();
            if (!carrier.encrypted()) { // else the interface is down while nobody has it
                assertThat(file).content().isEmpty();
            }
        }
        assertThat(dump()).isEqualTo(before);
        assertThat(nodes.left.agent.status(0).pods())
                .hasSize(5)
                .allMatch(pod -> pod.problem().isEmpty());
    }

    private String dump() {
        // neighbours are listed in the order of a hash table, which the kernel makes anew when it grows
        String script =
                "ip -d link; ip addr; ip route; ip -6 route; ip neigh | sort; ip -6 neigh | sort; bridge fdb | sort;"
                        + " nft list ruleset";
        StringBuilder all = new StringBuilder();
        for (String room : List.of("vl3-red", "vl3-green")) {
            all.append(room(room, "sh", "-c", script));
        }
        for (String pod : List.of("a", "both")) {
            all.append(nodes.left.in(pod, "sh", "-c", script));
        }
        // an interface that was taken over says so by its state, which packets do not mind
        return all.toString().replaceAll("packets \\d+ bytes \\d+", "").replace("state UNKNOWN", "state UP");
    }
}
