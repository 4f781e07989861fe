package dev.vl3mesh.testbed.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/// One thing after another fails while pods of both clusters talk to each other. What each may cost stands in
/// `docs/failures.md`, from where [Bound] takes it; [Trial] has the course of a trial.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailureST {
    /// From the end of a leader that is told to end until another one leads: less than a lease of 8 s takes to run out.
    private static final Duration HANDOVER = Duration.ofSeconds(6);

    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final Stage stage;

    FailureST(Lab lab) {
        this.stage = new Stage(lab);
    }

    @BeforeAll
    void setTheStage() {
        stage.set();
    }

    @AfterEach
    void makeEverythingWhole() {
        stage.heal();
    }

    @AfterAll
    void leaveNothingBehind() {
        stage.close();
    }

    private Trial trial(Failure failure) {
        return new Trial(stage, failure);
    }

    /// The processes of a program in each cluster.
    private Map<LabCluster, Set<String>> pids(Program program) {
        Map<LabCluster, Set<String>> pids = new ConcurrentHashMap<>();
        stage.clusters().forEach(cluster -> pids.put(cluster, program.pids(cluster)));
        return pids;
    }

    /// Proves that a program's processes are others than those before.
    private static void replaced(Program program, Map<LabCluster, Set<String>> before) {
        before.forEach((cluster, pids) -> {
            assertThat(pids).as(program + " in " + cluster.name()).isNotEmpty();
            assertThat(program.pids(cluster))
                    .as(program + " in " + cluster.name())
                    .isNotEmpty()
                    .doesNotContainAnyElementsOf(pids);
        });
    }

    @Test
    @Order(1)
    void agentKilled() {
        Map<LabCluster, Set<String>> before = pids(Program.AGENT);
        trial(Failure.AGENT_KILLED)
                .breaking(() -> stage.everywhere(Program.AGENT::kill))
                .proving(() -> replaced(Program.AGENT, before))
                .run();
    }

    @Test
    @Order(2)
    void agentDeleted() {
        Map<LabCluster, Set<String>> before = pids(Program.AGENT);
        trial(Failure.AGENT_DELETED)
                .breaking(() -> stage.everywhere(cluster -> stage.deletePods(cluster, Program.AGENT)))
                .proving(() -> replaced(Program.AGENT, before))
                .run();
    }

    @Test
    @Order(3)
    void agentsUpgraded() {
        Map<LabCluster, Set<String>> before = pids(Program.AGENT);
        trial(Failure.AGENTS_UPGRADED)
                .breaking(
                        () -> stage.everywhere(cluster -> stage.kubectl(cluster, "rollout", "restart", "ds/vl3-agent")))
                .proving(() -> {
                    stage.everywhere(
                            cluster -> stage.kubectl(cluster, "rollout", "status", "ds/vl3-agent", "--timeout=90s"));
                    replaced(Program.AGENT, before);
                })
                .run();
    }

    @Test
    @Order(4)
    void leaderKilled() {
        stage.everywhere(cluster -> stage.scale(cluster, Program.CONTROL, 2));
        Map<LabCluster, String> leaders = new ConcurrentHashMap<>();
        trial(Failure.LEADER_KILLED)
                .breaking(() -> stage.everywhere(cluster -> {
                    String leader = stage.leader(cluster);
                    leaders.put(cluster, leader);
                    Program.CONTROL.killIn(cluster, leader);
                    // nor may it start again under its name, which has the lease
                    stage.client(cluster)
                            .pods()
                            .inNamespace(Installation.NAMESPACE)
                            .withName(leader)
                            .withGracePeriod(0)
                            .delete();
                }))
                .proving(() -> leaders.forEach(stage::awaitOtherLeader))
                .run();
    }

    @Test
    @Order(5)
    void controlUpgraded() {
        Map<LabCluster, Set<String>> before = pids(Program.CONTROL);
        trial(Failure.CONTROL_UPGRADED)
                .breaking(() -> stage.everywhere(cluster -> {
                    String former = stage.leader(cluster);
                    stage.kubectl(cluster, "rollout", "restart", "deploy/vl3-control");
                    World.eventually().until(() -> isEnding(cluster, former));
                    long start = System.nanoTime();
                    World.eventually()
                            .until(() -> stage.leader(cluster), leader -> !leader.isEmpty() && !leader.equals(former));
                    assertThat(Duration.ofNanos(System.nanoTime() - start))
                            .as("until another replica leads in " + cluster.name())
                            .isLessThan(HANDOVER);
                }))
                .proving(() -> {
                    stage.everywhere(cluster ->
                            stage.kubectl(cluster, "rollout", "status", "deploy/vl3-control", "--timeout=90s"));
                    World.eventually().untilAsserted(() -> replaced(Program.CONTROL, before));
                })
                .run();
    }

    private boolean isEnding(LabCluster cluster, String name) {
        Pod pod = stage.client(cluster)
                .pods()
                .inNamespace(Installation.NAMESPACE)
                .withName(name)
                .get();
        return pod == null || pod.getMetadata().getDeletionTimestamp() != null;
    }

    @Test
    @Order(6)
    void webhookKilled() {
        Map<LabCluster, Set<String>> before = pids(Program.INJECTOR);
        trial(Failure.WEBHOOK_KILLED)
                .breaking(() -> {
                    stage.everywhere(cluster -> {
                        Program.INJECTOR.kill(cluster);
                        stage.deployment(cluster, Program.INJECTOR).scale(0); // and stays away
                        stage.deletePods(cluster, Program.INJECTOR);
                        stage.scale(cluster, Program.INJECTOR, 0);
                        World.eventually()
                                .until(() -> Program.INJECTOR.pids(cluster).isEmpty());
                    });
                    stage.clusters().forEach(this::onlyLabelledPodsAreRefused);
                    stage.everywhere(stage::bringInjectorBack);
                })
                .proving(() -> replaced(Program.INJECTOR, before))
                .run();
    }

    private void onlyLabelledPodsAreRefused(LabCluster cluster) {
        // while the nodes still forward to a pod that is gone, the API server waits for it longer than a client does
        World.eventually()
                .untilAsserted(() -> assertThatThrownBy(() ->
                                stage.world().create(PodPlan.of(cluster.name(), Stage.DOMAIN, "no", Stage.DOMAIN)))
                        .isInstanceOf(KubernetesClientException.class)
                        .hasMessageContaining("failed calling webhook \"pods.vl3mesh.dev\""));
        Pod plain = new PodBuilder()
                .withNewMetadata()
                .withGenerateName("plain-")
                .withNamespace(Stage.OUTSIDE)
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(0L)
                .addNewContainer()
                .withName("main")
                .withImage("vl3mesh/toolbox:dev")
                .withImagePullPolicy("IfNotPresent")
                .withCommand("sleep", "100000")
                .endContainer()
                .endSpec()
                .build();
        assertThat(stage.client(cluster).resource(plain).create().getMetadata().getName())
                .startsWith("plain-");
    }

    @Test
    @Order(7)
    void runtimeKilled() {
        Map<LabCluster, String> before = new ConcurrentHashMap<>();
        trial(Failure.RUNTIME_KILLED)
                .breaking(() -> stage.everywhere(cluster -> {
                    before.put(cluster, containerd(cluster));
                    cluster.kill(1, "containerd");
                }))
                .proving(() -> before.forEach((cluster, pid) ->
                        assertThat(containerd(cluster)).isNotEmpty().isNotEqualTo(pid)))
                .run();
    }

    private static String containerd(LabCluster cluster) {
        return cluster.exec(1, "cat", "/run/pid/containerd").strip();
    }

    @Test
    @Order(8)
    void apiServersStopped() {
        trial(Failure.API_SERVERS_STOPPED)
                .breaking(() -> {
                    stage.everywhere(cluster -> stage.setApiServer(cluster, false));
                    Thread.sleep(MINUTE);
                    stage.everywhere(cluster -> stage.setApiServer(cluster, true));
                })
                .run();
    }

    @Test
    @Order(9)
    void homeCut() {
        LabCluster home = stage.cluster("east");
        LabCluster member = stage.cluster("west");
        List<TestPod> fresh = new ArrayList<>();
        trial(Failure.HOME_CUT)
                .breaking(() -> {
                    long end = System.nanoTime() + MINUTE.toNanos();
                    stage.setHomeReachable(false);
                    says(member, "link to east: home east does not answer; what is leased goes on, since ");
                    says(home, "link to west: its stream is not open");
                    // of the block that is leased
                    fresh.addAll(stage.attach(List.of(member)));
                    says(member, "home east does not answer");
                    Thread.sleep(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
                    stage.setHomeReachable(true);
                })
                // home has learnt of what was made meanwhile
                .proving(() -> Stage.awaitReaches(stage.pods().getFirst(), fresh))
                .run();
        assertThat(stage.status(member).out()).contains("cluster west: well");
    }

    /// Waits until vl3ctl says that a cluster is not well, and why.
    private void says(LabCluster cluster, String problem) {
        World.eventually().untilAsserted(() -> {
            Membership.Answer answer = stage.status(cluster);
            assertThat(answer.exitCode()).isEqualTo(1);
            assertThat(answer.out()).contains("cluster " + cluster.name() + ": not well", problem);
        });
    }

    @Test
    @Order(10)
    void pathCut() {
        LabCluster west = stage.cluster("west");
        trial(Failure.PATH_CUT)
                .breaking(() -> {
                    west.setConnected(false);
                    Thread.sleep(Duration.ofSeconds(10));
                    west.setConnected(true);
                })
                .run();
    }

    @Test
    @Order(11)
    void nodeRebooted() {
        trial(Failure.NODE_REBOOTED)
                .breaking(() -> stage.cluster("west").reboot(1))
                .losing("west")
                .run();
    }
}
