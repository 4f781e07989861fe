package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// The path between two clusters becomes narrower and wider while a domain is in use, and the domain follows.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PathMtuST {
    private static final String PATH = "path";
    /// What VXLAN over IPv4 adds.
    private static final int OVERHEAD = 50;

    private final Lab lab;
    private final World world;
    private final TestPod east;
    private final TestPod west;

    PathMtuST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.east = world.pod("east", PATH, "one");
        this.west = world.pod("west", PATH, "one");
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(PATH, "172.28.0.0/16", "fd00:28::/48");
        world.namespaceEverywhere(PATH, Map.of("vl3mesh.dev/domains", PATH));
        world.start(PodPlan.of("east", PATH, "one", PATH), PodPlan.of("west", PATH, "one", PATH));
    }

    /// Linux forgets what it was told of a narrow path after ten minutes; here it may sooner.
    private void forgetPathsAfter(int seconds) {
        for (LabCluster cluster : lab.clusters()) {
            cluster.exec(1, "sh", "-c", "echo " + seconds + " > /proc/sys/net/ipv4/route/mtu_expires");
        }
    }

    @AfterAll
    void leaveNothingBehind() {
        forgetPathsAfter(600);
        world.close();
    }

    private void must(String... command) {
        Commands.Result result = lab.onInternet(command);
        assertThat(result).as(result.output()).matches(Commands.Result::ok);
    }

    /// The MTU of the router's interface to west, which is what a path over a tunnel or a tagged network has.
    private void underlay(int mtu) {
        must("ip", "link", "set", "west-1", "mtu", Integer.toString(mtu));
    }

    @Test
    void theDomainFollowsTheUnderlay() {
        forgetPathsAfter(10);
        fits(1500 - OVERHEAD);
        Flow flow = Flow.start(east, west.address(PATH, IpFamily.V4));
        underlay(1400);
        try {
            fits(1400 - OVERHEAD);
            narrowerWithoutAWord();
        } finally {
            underlay(1500);
        }
        fits(1500 - OVERHEAD);
        flow.endsWhole();
    }

    /// A router that swallows what is too long and tells nobody, as careless firewalls do.
    private void narrowerWithoutAWord() {
        must(
                "nft",
                "add table inet mute; add chain inet mute output { type filter hook output priority 0; };"
                        + " add rule inet mute output icmp type destination-unreachable drop;"
                        + " add rule inet mute output icmpv6 type packet-too-big drop");
        try {
            underlay(1350);
            fits(1350 - OVERHEAD);
            underlay(1320);
            alarmed("the underlay is too small: a path carries inner packets of 1270 bytes, 1280 are needed");
            underlay(1350);
            World.eventually().untilAsserted(() -> assertThat(status()).matches(answer -> answer.exitCode() == 0));
            fits(1350 - OVERHEAD);
        } finally {
            must("nft", "delete table inet mute");
        }
    }

    /// Both clusters say this MTU and both pods have it; packets that just fit arrive, longer ones are refused by the
    /// pod's own system, and a transfer that was not told of any of it goes well.
    private void fits(int mtu) {
        for (TestPod pod : List.of(east, west)) {
            World.eventually().untilAsserted(() -> {
                assertThat(pod.run("cat", "/sys/class/net/vl3-" + PATH + "/mtu")
                                .out()
                                .strip())
                        .as("MTU of " + pod)
                        .isEqualTo(Integer.toString(mtu));
                assertThat(world.client(pod.cluster())
                                .resources(Domain.class)
                                .withName(PATH)
                                .require()
                                .getStatus()
                                .mtu())
                        .as("MTU that " + pod.cluster() + " says")
                        .isEqualTo(mtu);
            });
        }
        for (IpFamily family : IpFamily.values()) {
            Ran ran = east.sh(
                    World.text(PathMtuST.class, "reach.sh"),
                    family == IpFamily.V4 ? "4" : "6",
                    west.address(PATH, family),
                    Integer.toString(mtu));
            assertThat(ran.out().lines().toList())
                    .as(family + " with " + mtu + " bytes: " + ran.all())
                    .contains("exact-fit-icmp answered", "oversize-icmp refused", "fragmented-icmp answered")
                    .contains("tcp same", "exact-fit-udp same", "fragmented-udp same");
        }
    }

    private Membership.Answer status() {
        return new Membership(lab.kubeconfig(), new Progress(System.out, false)).ctl("east", "status");
    }

    private void alarmed(String text) {
        World.eventually().untilAsserted(() -> {
            Membership.Answer answer = status();
            assertThat(answer.exitCode()).as(answer.out() + answer.err()).isEqualTo(1);
            assertThat(answer.out() + answer.err()).contains(text);
        });
    }
}
