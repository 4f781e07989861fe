package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Who stays out of a domain, whatever they try. Each test also shows that its probe is heard where it may be.
///
/// ```
///   east, node 1: target and friend (redwood), leaf (greenwood), outsider, both
///   west, node 1: target and friend (redwood), leaf (greenwood), outsider
/// ```
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationST {
    private static final String RED = "redwood";
    private static final String GREEN = "greenwood";
    private static final String SPACE = "isolation";
    private static final String ADMIN = "NET_ADMIN, NET_RAW";

    private final Lab lab;
    private final World world;
    private final LabCluster east;
    private final LabCluster west;

    IsolationST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.east = lab.cluster("east");
        this.west = lab.cluster("west");
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(RED, "172.21.0.0/16", "fd00:21::/48");
        world.domain(GREEN, "172.22.0.0/16", "fd00:22::/48");
        world.namespaceEverywhere(SPACE, Map.of());
        List<PodPlan> plans = new ArrayList<>();
        for (String cluster : List.of("east", "west")) {
            plans.add(PodPlan.of(cluster, SPACE, "target", RED).with(ADMIN));
            plans.add(PodPlan.of(cluster, SPACE, "friend", RED));
            plans.add(PodPlan.of(cluster, SPACE, "leaf", GREEN).with(ADMIN));
            plans.add(PodPlan.of(cluster, SPACE, "outsider", "none").with(ADMIN));
        }
        plans.add(PodPlan.of("east", SPACE, "both", RED + "." + GREEN));
        world.start(plans.toArray(PodPlan[]::new));
    }

    @AfterAll
    void leaveNothingBehind() {
        world.close();
    }

    private TestPod pod(LabCluster cluster, String name) {
        return world.pod(cluster.name(), SPACE, name);
    }

    @Test
    void whoIsNotInTheDomainReachesNobodyInIt() {
        List<String> targets = new ArrayList<>(pod(east, "target").addresses(RED));
        targets.addAll(pod(west, "target").addresses(RED));
        assertThat(targets).hasSize(4);
        Knock.from(pod(east, "friend")).reachesAll(targets);
        assertThat(Knock.from(pod(east, "outsider")).at(targets)).isEmpty();
        assertThat(Knock.from(pod(west, "outsider")).at(targets)).isEmpty();
        assertThat(Knock.from(pod(east, "leaf")).at(targets)).isEmpty();
        assertThat(Knock.from(east).at(targets)).isEmpty();
        assertThat(Knock.fromInternet(lab).at(targets)).isEmpty();
    }

    @Test
    void routesToAPodsEth0OrItsNodeAreNoWayIn() {
        TestPod target = pod(east, "target");
        List<String> addresses = target.addresses(RED);
        List<String> all = new ArrayList<>(addresses);
        all.addAll(SideDoor.GUEST);
        long before = drops(RED, "side-door");
        try (SideDoor _ = new SideDoor(lab, east, target, pod(east, "outsider"), addresses)) {
            reachesTheGuestOnly(Knock.from(pod(east, "outsider")), all, SideDoor.GUEST);
            reachesTheGuestOnly(Knock.from(east), all, SideDoor.GUEST);
            reachesTheGuestOnly(Knock.fromInternet(lab), all, SideDoor.GUEST);
            reachesTheGuestOnly(Knock.from(west), all, SideDoor.GUEST);
            // pods of the lab's clusters have IPv4 only
            reachesTheGuestOnly(Knock.from(pod(west, "outsider")), all, SideDoor.GUEST.subList(0, 1));
            // the door is shut for strangers alone
            Knock.from(pod(east, "friend")).reachesAll(addresses);
        }
        World.eventually()
                .untilAsserted(() -> assertThat(drops(RED, "side-door")).isGreaterThan(before + 10));
    }

    /// UDP answers of a guest address come from another one, so that it is not asked for.
    private static void reachesTheGuestOnly(Knock knock, List<String> all, List<String> guest) {
        Set<String> expected = new TreeSet<>();
        guest.forEach(address -> List.of("icmp", "tcp").forEach(way -> expected.add(address + " " + way)));
        Set<String> strays = new TreeSet<>();
        World.eventually().untilAsserted(() -> {
            Set<String> seen = knock.at(all);
            assertThat(seen).containsAll(expected);
            seen.removeIf(line -> SideDoor.GUEST.stream().anyMatch(line::startsWith));
            strays.addAll(seen);
        });
        assertThat(strays).isEmpty();
    }

    @Test
    void aPodOfAnotherDomainReachesNobodyEvenByItsOwnGateway() {
        TestPod leaf = pod(east, "leaf");
        List<String> targets = new ArrayList<>(pod(east, "target").addresses(RED));
        targets.addAll(pod(west, "target").addresses(RED));
        Knock.from(leaf).reachesAll(pod(west, "leaf").addresses(GREEN));
        for (String target : targets) {
            String gateway = target.indexOf(':') < 0 ? "172.22.0.1" : "fd00:22::1";
            must(leaf, "ip route add " + target + " via " + gateway + " dev vl3-" + GREEN + " onlink");
        }
        assertThat(Knock.from(leaf).at(targets)).isEmpty();
        targets.forEach(target -> must(leaf, "ip route delete " + target));
        Knock.from(leaf).reachesAll(pod(west, "leaf").addresses(GREEN));
    }

    private static void must(TestPod pod, String script) {
        assertThat(pod.sh(script)).as(script).matches(Ran::ok);
    }

    /// Also with forwarding switched on by the node's administrator, which the pod can't do itself. That packets for
    /// the other domain come to the pod, and that it means to pass them on, is shown by one that may go no further.
    @Test
    void aPodInTwoDomainsReachesBothAndForwardsNothing() {
        TestPod both = pod(east, "both");
        TestPod target = pod(east, "target");
        Knock.from(both).reachesAll(pod(west, "target").addresses(RED));
        Knock.from(both).reachesAll(pod(west, "leaf").addresses(GREEN));

        String green = pod(west, "leaf").address(GREEN, IpFamily.V4);
        east.exec(1, "nsenter", "--net=" + namespaceOf(both), "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        must(target, "ip route add " + green + " via " + both.eth0() + " dev eth0");
        World.eventually()
                .untilAsserted(() -> assertThat(target.run("ping", "-n", "-c", "1", "-W", "2", "-t", "1", green)
                                .out())
                        .contains("From " + both.eth0())
                        .contains("Time to live exceeded"));
        long heard = echoes(pod(west, "leaf"), IpFamily.V4);
        long dropped = drops(GREEN, "forwarded");
        assertThat(Knock.from(target).at(List.of(green))).isEmpty();
        // nor from the address that the pod knows it by in the domain that both are in
        target.run("ping", "-n", "-c", "3", "-i", "0.2", "-W", "1", "-I", target.address(RED, IpFamily.V4), green);
        assertThat(echoes(pod(west, "leaf"), IpFamily.V4)).isEqualTo(heard);
        World.eventually()
                .untilAsserted(() -> assertThat(drops(GREEN, "forwarded")).isGreaterThan(dropped + 2));
    }

    /// The node's name of a pod's network namespace, which the container runtime has pinned there.
    private String namespaceOf(TestPod pod) {
        return east.exec(
                        1,
                        "sh",
                        "-c",
                        "for n in /run/netns/cni-*; do nsenter --net=$n ip -o -4 address show dev eth0 | grep -q ' "
                                + pod.eth0() + "/' && echo $n || true; done")
                .strip();
    }

    /// Echo requests that a pod got (RFC 4293).
    private static long echoes(TestPod pod, IpFamily family) {
        String script = family == IpFamily.V4
                ? "grep ^Icmp: /proc/net/snmp | tail -n 1 | cut -d' ' -f10"
                : "sed -n 's/^Icmp6InEchos[[:space:]]*//p' /proc/net/snmp6";
        return Long.parseLong(pod.sh(script).out().strip());
    }

    /// SECURITY.md says what the checks of packets from other nodes are worth: this, and no more.
    @Test
    void injectedPacketsPassOnlyWithTheDomainsNumberAndTheSourceOfAPodElsewhere() {
        Injection injection = new Injection(lab, east);
        TestPod target = pod(east, "target");
        int vni = vni(RED);
        String room = "vl3-" + RED;
        for (IpFamily family : IpFamily.values()) {
            String to = target.address(RED, family);
            String elsewhere = pod(west, "target").address(RED, family);
            String neighbour = pod(east, "friend").address(RED, family);
            String nobody = family == IpFamily.V4 ? "172.21.200.1" : "fd00:21::c8:1";
            long before = echoes(target, family);
            long spoofed = drops(RED, "spoofed-remote");
            injection.send(vni, room, neighbour, to);
            injection.send(vni, room, nobody, to);
            World.eventually()
                    .untilAsserted(() ->
                            assertThat(drops(RED, "spoofed-remote") - spoofed).isGreaterThanOrEqualTo(6));
            long relayed = drops(RED, "not-for-this-node");
            injection.send(vni, room, elsewhere, pod(west, "friend").address(RED, family));
            World.eventually()
                    .untilAsserted(() -> assertThat(drops(RED, "not-for-this-node") - relayed)
                            .isGreaterThanOrEqualTo(3));
            injection.send(vni ^ 1, room, elsewhere, to);
            injection.send(vni(GREEN), "vl3-" + GREEN, pod(west, "leaf").address(GREEN, family), to);
            assertThat(echoes(target, family))
                    .as(family + " echo requests that came in")
                    .isEqualTo(before);
            // which all of these would have been, but for what they lack
            injection.send(vni, room, elsewhere, to);
            World.eventually()
                    .untilAsserted(() -> assertThat(echoes(target, family)).isGreaterThan(before));
        }
    }

    @Test
    void aPodThatSpeaksForItsNeighbourIsNotHeardAndCounted() {
        TestPod target = pod(east, "target");
        for (IpFamily family : IpFamily.values()) {
            String stolen = pod(east, "friend").address(RED, family);
            String to = pod(west, "target").address(RED, family);
            String reason = family == IpFamily.V4 ? "spoofed-ipv4" : "spoofed-ipv6";
            long heard = echoes(pod(west, "target"), family);
            long dropped = drops(RED, reason);
            must(target, "ip address add " + stolen + " dev lo");
            target.run("ping", "-n", "-q", "-c", "3", "-i", "0.2", "-W", "1", "-I", stolen, to);
            must(target, "ip address delete " + stolen + " dev lo");
            World.eventually()
                    .untilAsserted(
                            () -> assertThat(drops(RED, reason) - dropped).isEqualTo(3));
            assertThat(echoes(pod(west, "target"), family)).isEqualTo(heard);
            must(target, "ping -n -q -c 3 -i 0.2 -W 4 " + to);
            assertThat(echoes(pod(west, "target"), family)).isGreaterThan(heard);
        }
    }

    /// What the agent of east's node has dropped, as its metrics say.
    private long drops(String domain, String reason) {
        String sample = "vl3_drops_total{domain=\"" + domain + "\",reason=\"" + reason + "\"} ";
        return east.agentMetrics(1)
                .lines()
                .filter(line -> line.startsWith(sample))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(sample.length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + sample));
    }

    private int vni(String domain) {
        Domain found =
                world.client("east").resources(Domain.class).withName(domain).require();
        return Objects.requireNonNull(found.getStatus().vni());
    }
}
