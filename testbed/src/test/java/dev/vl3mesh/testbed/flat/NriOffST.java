package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.Agents;
import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Without NRI everything works, a little later: the agent finds new pods in the runtime's list, and `vl3-wait` keeps
/// them from starting before that.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NriOffST {
    private static final String NRIOFF = "nrioff";

    private final Lab lab;
    private final World world;
    private final LabCluster east;

    NriOffST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.east = lab.cluster("east");
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(NRIOFF, "172.27.0.0/16", "fd00:27::/48");
        world.namespaceEverywhere(NRIOFF, Map.of());
        world.start(PodPlan.of("east", NRIOFF, "before", NRIOFF), PodPlan.of("west", NRIOFF, "peer", NRIOFF));
        assertThat(nriConnected()).isEqualTo("1");
        lab.upgrade(east, "agent.nri=false");
        assertThat(nriConnected()).isEqualTo("0");
    }

    @AfterAll
    void leaveTheLabAsItWas() {
        try {
            lab.upgrade(east);
            World.eventually().until(() -> nriConnected().equals("1"));
        } finally {
            world.close();
        }
    }

    private String nriConnected() {
        return east.agentMetrics(1)
                .lines()
                .filter(line -> line.startsWith("vl3_nri_connected "))
                .findFirst()
                .orElseThrow()
                .split(" ")[1]
                .replaceFirst("\\.0$", "");
    }

    private TestPod peer() {
        return world.pod("west", NRIOFF, "peer");
    }

    @Test
    void podsAreAttachedByTheLoopOverTheRuntimesList() {
        List<TestPod> pods = world.start(
                PodPlan.of("east", NRIOFF, "first", NRIOFF),
                PodPlan.of("east", NRIOFF, "second", NRIOFF),
                PodPlan.of("east", NRIOFF, "third", NRIOFF));
        for (TestPod pod : pods) {
            Knock.from(pod).reachesAll(peer().addresses(NRIOFF));
            Knock.from(peer()).reachesAll(pod.addresses(NRIOFF));
        }
        Knock.from(world.pod("east", NRIOFF, "before")).reachesAll(peer().addresses(NRIOFF));
    }

    @Test
    void aPodWaitsUntilItIsAttached() {
        Agents agents = new Agents(east, world.client("east"));
        agents.hold();
        TestPod held;
        try {
            held = world.create(PodPlan.of("east", NRIOFF, "held", NRIOFF));
            World.eventually().until(() -> waits(held.get()));
            World.eventually().during(Duration.ofSeconds(3)).until(() -> waits(held.get()));
        } finally {
            agents.release();
        }
        World.awaitReady(held);
        Knock.from(held).reachesAll(peer().addresses(NRIOFF));
    }

    /// `vl3-wait` runs, and nothing behind it has been started.
    private static boolean waits(Pod pod) {
        List<ContainerStatus> first = pod.getStatus().getInitContainerStatuses();
        return !first.isEmpty()
                && first.getFirst().getName().equals("vl3-wait")
                && first.getFirst().getState().getRunning() != null
                && pod.getStatus().getContainerStatuses().stream()
                        .allMatch(container -> container.getState().getWaiting() != null);
    }
}
