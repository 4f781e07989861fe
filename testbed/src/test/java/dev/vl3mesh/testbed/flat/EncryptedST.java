package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.Capture;
import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// A domain whose packets are encrypted between nodes. That it carries everything, [FlatNetworkST] says.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncryptedST {
    private static final String SEALED = "sealed";
    private static final String OPEN = "unsealed";
    /// Ten a second: how many echoes may be lost while an agent starts again.
    private static final int ECHOES_OF_A_RESTART = 100;

    private final Lab lab;
    private final World world;
    private final Kubectl kubectl;
    private final Membership membership;
    private final Progress progress;

    EncryptedST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.progress = new Progress(System.out, false);
        this.kubectl = new Kubectl(LabPaths.of(System.getenv()), new Commands(progress));
        this.membership = new Membership(lab.kubeconfig(), progress);
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(SEALED, EncryptedST.class, "sealed.yaml");
        world.domain(OPEN, "172.29.16.0/20");
        world.namespaceEverywhere(SEALED, Map.of());
        world.start(
                PodPlan.of("east", SEALED, "one", SEALED + "." + OPEN),
                PodPlan.of("west", SEALED, "one", SEALED + "." + OPEN));
    }

    @AfterAll
    void leaveNothingBehind() {
        world.close();
    }

    private TestPod pod(String cluster) {
        return world.pod(cluster, SEALED, "one");
    }

    @Test
    void whoAsksForNothingIsEncryptedAndIsTold() {
        for (String cluster : List.of("east", "west")) {
            Domain domain = world.client(cluster)
                    .resources(Domain.class)
                    .withName(SEALED)
                    .require();
            assertThat(domain.getSpec().carrier()).isEqualTo("auto");
            assertThat(domain.getStatus().encrypted()).isTrue();
            assertThat(Condition.of(domain.getStatus().conditions(), Condition.ENCRYPTED))
                    .hasValueSatisfying(
                            condition -> assertThat(condition.status()).isEqualTo("True"));
            World.eventually()
                    .untilAsserted(() -> assertThat(status(cluster).lines())
                            .anyMatch(line -> line.matches(
                                    "(east|west)-1 +(east|west)/(east|west)-1 +sealed +yes .* wireguard-userspace.*")));
        }
    }

    private String status(String cluster) {
        return membership.ctl(cluster, "status").out();
    }

    /// What is in a domain that is not encrypted can be read: so the capture is one.
    @Test
    void nothingIsPlainOnTheUnderlay() throws InterruptedException {
        String secret = UUID.randomUUID().toString();
        String open = UUID.randomUUID().toString();
        Capture capture = Capture.start(lab.cluster("east"));
        for (IpFamily family : IpFamily.values()) {
            say(secret, pod("west").address(SEALED, family));
        }
        say(open, pod("west").address(OPEN, IpFamily.V4));
        String found = capture.end(secret, open);
        assertThat(found.lines()).isNotEmpty().containsOnly(open);
    }

    private void say(String words, String address) {
        assertThat(pod("east")
                        .sh("echo $1 | socat -t 5 - TCP:$2:7007", words, bracketed(address))
                        .out())
                .as("it echoes")
                .isEqualTo(words + "\n");
    }

    private static String bracketed(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /// The agent is in the packets' way: what is sent while it starts again is lost, connections are not.
    @Test
    void connectionsOutliveTheAgents() throws InterruptedException {
        Flow flow = Flow.start(pod("east"), pod("west").address(SEALED, IpFamily.V4));
        TimeUnit.SECONDS.sleep(2);
        for (String cluster : List.of("east", "west")) {
            lab.cluster(cluster).exec(1, "pkill", "-9", "-f", "dev.vl3mesh.agent.AgentMain$");
        }
        TimeUnit.SECONDS.sleep(2);
        for (String cluster : List.of("east", "west")) {
            kubectl.run(cluster, "-n", "vl3mesh-system", "rollout", "status", "ds/vl3-agent", "--timeout=60s");
        }
        int lost = flow.endsConnected(ECHOES_OF_A_RESTART);
        progress.step("while the agents started again, %d echoes of ten a second got lost".formatted(lost));
    }

    @Test
    void connectionsOutliveAChangeOfTheCarrier() throws InterruptedException {
        Flow flow = Flow.start(pod("east"), pod("west").address(SEALED, IpFamily.V4));
        for (String carrier : List.of("vxlan", "auto")) {
            TimeUnit.SECONDS.sleep(2);
            kubectl.run(
                    "east",
                    "patch",
                    "domain",
                    SEALED,
                    "--type=merge",
                    "-p",
                    "{\"spec\":{\"carrier\":\"" + carrier + "\"}}");
        }
        TimeUnit.SECONDS.sleep(3);
        int lost = flow.endsConnected(ECHOES_OF_A_RESTART);
        progress.step("while the carrier changed twice, %d echoes of ten a second got lost".formatted(lost));
        assertThat(lab.cluster("east").exec(1, "ip", "-n", "vl3-" + SEALED, "-o", "link"))
                .contains("wireguard")
                .doesNotContain("vxlan");
    }
}
