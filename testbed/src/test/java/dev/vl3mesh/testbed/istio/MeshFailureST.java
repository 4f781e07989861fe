package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// What runs in a mesh goes on without whoever set it up: calls between clusters, each by a new connection,
/// while one after another of the control planes' parts is killed. None of them may fail, and no
/// policy may lapse.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MeshFailureST {
    private static final Pattern ANSWERS = Pattern.compile("Code +(-?\\d+) : (\\d+) ");
    private static final int CALLS_PER_SECOND = 20;

    private final Lab lab;
    private final MeshWorld mesh;

    MeshFailureST(Lab lab) {
        this.lab = lab;
        this.mesh = new MeshWorld(lab);
    }

    @BeforeAll
    void makeTheWorld() {
        mesh.make();
        mesh.write("west", "deny.yaml", Map.of());
        MeshWorld.CLUSTERS.forEach(cluster -> mesh.awaitAnswer(cluster, "200", MeshWorld.WEB));
        MeshWorld.CLUSTERS.forEach(cluster -> mesh.awaitAnswer(cluster, "403", MeshWorld.WEB_SECRET));
    }

    @AfterAll
    void leaveNothingBehind() {
        mesh.close();
    }

    private interface Breaking {
        void run() throws InterruptedException;
    }

    private record Calls(Ran ran, String status) {}

    /// Calls from both clusters for as long as something is broken, and some seconds before and after: what is
    /// allowed, and what a policy forbids.
    private void noCallFailsWhile(Breaking breaking, int seconds) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Calls>> callers = new ArrayList<>();
            for (String cluster : MeshWorld.CLUSTERS) {
                Map.of(MeshWorld.WEB, "200", MeshWorld.WEB_SECRET, "403")
                        .forEach((url, status) -> callers.add(CompletableFuture.supplyAsync(
                                () -> new Calls(call(cluster, url, seconds), status), threads)));
            }
            TimeUnit.SECONDS.sleep(3);
            breaking.run();
            for (CompletableFuture<Calls> caller : callers) {
                assertThat(caller).as("calls go on while it is broken").isNotDone();
            }
            for (CompletableFuture<Calls> caller : callers) {
                check(caller.join(), seconds);
            }
        }
    }

    private static void check(Calls calls, int seconds) {
        String report = calls.ran().all();
        Matcher answers = ANSWERS.matcher(report);
        int count = 0;
        while (answers.find()) {
            assertThat(answers.group(1)).as(report).isEqualTo(calls.status());
            count += Integer.parseInt(answers.group(2));
        }
        assertThat(count).as(report).isGreaterThan(seconds * CALLS_PER_SECOND / 2);
    }

    private Ran call(String cluster, String url, int seconds) {
        return mesh.client(cluster)
                .run(
                        "fortio",
                        "load",
                        "-quiet",
                        "-allow-initial-errors",
                        "-keepalive=false",
                        "-c",
                        "2",
                        "-qps",
                        Integer.toString(CALLS_PER_SECOND),
                        "-t",
                        seconds + "s",
                        url);
    }

    /// Kills a program on the first node of a cluster.
    private static void kill(LabCluster cluster, String program) {
        List<String> pids =
                cluster.attempt(1, "pgrep", "-f", program).output().lines().toList();
        assertThat(pids).as(program + " in " + cluster.name()).isNotEmpty();
        pids.forEach(pid -> cluster.attempt(1, "kill", "-9", pid));
    }

    /// Waits until a part of ours is as it should be in all clusters.
    private void awaitEverywhere(String what) {
        lab.clusters()
                .forEach(cluster -> mesh.kubectl()
                        .run(cluster.name(), "-n", Installation.NAMESPACE, "rollout", "status", what, "--timeout=90s"));
    }

    @Test
    void istiodKilled() throws InterruptedException {
        noCallFailsWhile(
                () -> {
                    kill(lab.cluster("east"), "pilot-discovery discovery");
                    TimeUnit.SECONDS.sleep(2);
                    mesh.awaitIstiod();
                },
                30);
    }

    @Test
    void istiodReplaced() throws InterruptedException {
        noCallFailsWhile(mesh::renewIstiod, 40);
    }

    @Test
    void publisherKilled() throws InterruptedException {
        noCallFailsWhile(
                () -> {
                    kill(lab.cluster("east"), "dev.vl3mesh.xds.publish.PublisherMain$");
                    TimeUnit.SECONDS.sleep(2);
                    mesh.awaitIstiod();
                },
                30);
    }

    /// The relays are in them.
    @Test
    void agentsKilled() throws InterruptedException {
        noCallFailsWhile(
                () -> {
                    lab.clusters().forEach(cluster -> kill(cluster, "dev.vl3mesh.agent.AgentMain$"));
                    TimeUnit.SECONDS.sleep(2);
                    awaitEverywhere("ds/vl3-agent");
                },
                30);
    }

    /// And what is written afterwards takes effect as before.
    @Test
    void controlPlanesKilled() throws InterruptedException {
        noCallFailsWhile(
                () -> {
                    lab.clusters().forEach(cluster -> kill(cluster, "dev.vl3mesh.bridge.BridgeMain$"));
                    TimeUnit.SECONDS.sleep(2);
                    awaitEverywhere("deploy/vl3-control");
                },
                40);
        mesh.write("west", "teapot.yaml", Map.of("status", "418"));
        mesh.awaitAnswer("east", "418", "-H", "wants: teapot", MeshWorld.WEB);
        mesh.delete("west", "teapot.yaml");
    }
}
