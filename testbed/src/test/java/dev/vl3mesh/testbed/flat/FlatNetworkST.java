package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Pods of both clusters are in one network, whatever protocol they speak.
///
/// ```
///   east, node 1                                west, node 1
///     one  eth0 10.244.0.n     172.20.x.x         one  eth0 10.244.0.n     172.20.y.y
///     two  eth0 10.244.0.n+1   fd00:f1a7::x       two  eth0 10.244.0.n+1   fd00:f1a7::y
///     and in each cluster: a pod of a Deployment, of a StatefulSet, of a DaemonSet
/// ```
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlatNetworkST {
    private static final String FLAT = "flat";
    private static final String REACH = World.text(FlatNetworkST.class, "reach.sh");
    private static final Map<String, String> WORKLOADS =
            Map.of("Deployment", "", "StatefulSet", "serviceName: stateful", "DaemonSet", "");

    private final Lab lab;
    private final World world;

    FlatNetworkST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
    }

    Carrier carrier() {
        return Carrier.VXLAN;
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(carrier(), FLAT, "172.20.0.0/16", "fd00:f1a7::/48");
        world.namespaceEverywhere(FLAT, Map.of("vl3mesh.dev/domains", FLAT));
        PodAddressTwins.next(lab, 2);
        List<PodPlan> plans = new ArrayList<>();
        for (String cluster : List.of("east", "west")) {
            for (String name : List.of("one", "two")) {
                plans.add(PodPlan.of(cluster, FLAT, name, FLAT).with("NET_RAW"));
            }
        }
        world.start(plans.toArray(PodPlan[]::new));
        for (String cluster : List.of("east", "west")) {
            WORKLOADS.forEach((kind, more) -> world.apply(
                    cluster,
                    FlatNetworkST.class,
                    "workload.yaml",
                    Map.of("kind", kind, "name", kind.toLowerCase(Locale.ROOT), "more", more)));
        }
    }

    @AfterAll
    void leaveNothingBehind() {
        world.close();
    }

    private TestPod pod(String cluster, String name) {
        return world.pod(cluster, FLAT, name);
    }

    @Test
    void podsOfBothClustersWithTheSameClusterAddressReachEachOther() {
        TestPod east = pod("east", "one");
        TestPod west = List.of(pod("west", "one"), pod("west", "two")).stream()
                .filter(candidate -> candidate.eth0().equals(east.eth0()))
                .findFirst()
                .orElseThrow(
                        () -> new AssertionError("no pod of west has the address of " + east + ", " + east.eth0()));
        reachesByEverything(east, west);
        reachesByEverything(west, east);
    }

    @Test
    void podsOfOneNodeReachEachOther() {
        reachesByEverything(pod("east", "one"), pod("east", "two"));
    }

    private static void reachesByEverything(TestPod from, TestPod to) {
        for (IpFamily family : IpFamily.values()) {
            int mtu = Integer.parseInt(
                    from.run("cat", "/sys/class/net/vl3-" + FLAT + "/mtu").out().strip());
            long reassembledBefore = reassembled(to, family);
            Map<String, String> seen = reach(from, to.address(FLAT, family), family, Integer.toString(mtu));
            String own = from.address(FLAT, family);
            Map<String, String> expected = new TreeMap<>(Map.of(
                    "small-icmp", "answered",
                    "exact-fit-icmp", "answered",
                    "oversize-icmp", "refused",
                    "fragmented-icmp", "answered",
                    "tcp", "same",
                    "small-udp", "same",
                    "exact-fit-udp", "same",
                    "fragmented-udp", "same"));
            for (String protocol : List.of("tcp", "udp", "protocol-132", "protocol-253")) {
                expected.put(protocol + "-source", own);
            }
            assertThat(seen).as(from + " to " + to + " by " + family).isEqualTo(expected);
            assertThat(reassembled(to, family) - reassembledBefore)
                    .as("packets that " + to + " put together from fragments")
                    .isGreaterThanOrEqualTo(2);
        }
    }

    /// What each thing that was tried came to; addresses in their shortest form.
    private static Map<String, String> reach(TestPod from, String address, IpFamily family, String mtu) {
        Ran ran = from.sh(REACH, family == IpFamily.V4 ? "4" : "6", address, mtu);
        assertThat(ran.ok()).as(ran.all()).isTrue();
        Map<String, String> seen = new TreeMap<>();
        for (String line : ran.out().lines().toList()) {
            String[] words = line.split(" ", 2);
            seen.put(words[0], words[0].endsWith("-source") ? shortest(words[1]) : words[1]);
        }
        return seen;
    }

    /// socat writes IPv6 in brackets, with every digit.
    private static String shortest(String written) {
        String address = written.replace("[", "").replace("]", "");
        return address.matches("[0-9a-f.:]+") ? IpAddress.parse(address).toString() : written;
    }

    /// The packets that a pod has put together so far (RFC 4293, ipSystemStatsReasmOKs).
    private static long reassembled(TestPod pod, IpFamily family) {
        String script = family == IpFamily.V4
                ? "grep ^Ip: /proc/net/snmp | tail -n 1 | cut -d' ' -f16"
                : "sed -n 's/^Ip6ReasmOKs[[:space:]]*//p' /proc/net/snmp6";
        return Long.parseLong(pod.sh(script).out().strip());
    }

    @Test
    void thePathIsUsedToTheLastByte() {
        String mtu = pod("east", "one")
                .run("cat", "/sys/class/net/vl3-" + FLAT + "/mtu")
                .out();
        // 1500 of the underlay without IPv4 20, UDP 8, and VXLAN 8 with Ethernet 14, or WireGuard 32
        assertThat(mtu.strip()).isEqualTo(carrier().encrypted() ? "1440" : "1450");
    }

    @Test
    void podsOfEveryKindOfWorkloadReachEachOther() {
        List<TestPod> pods = new ArrayList<>();
        for (String cluster : List.of("east", "west")) {
            for (String kind : WORKLOADS.keySet()) {
                String app = kind.toLowerCase(Locale.ROOT);
                List<TestPod> found =
                        World.eventually().until(() -> world.pods(cluster, FLAT, "app", app), list -> !list.isEmpty());
                found.forEach(World::awaitReady);
                pods.addAll(found);
            }
        }
        for (TestPod from : pods) {
            List<String> targets = new ArrayList<>();
            pods.forEach(to -> targets.addAll(to.addresses(FLAT)));
            targets.removeAll(from.addresses(FLAT));
            assertThat(targets).hasSize(2 * (pods.size() - 1));
            // each answers with whom it sees
            Ran ran = from.sh(
                    "for address; do case $address in *:*) to=TCP6:[$address] ;; *) to=TCP4:$address ;; esac;"
                            + " socat -u $to:7008,connect-timeout=10 -; done",
                    targets.toArray(String[]::new));
            assertThat(ran.out().lines().map(FlatNetworkST::shortest).toList())
                    .as(from + " to " + targets + ": " + ran.all())
                    .hasSize(targets.size())
                    .hasSameElementsAs(from.addresses(FLAT));
        }
    }
}
