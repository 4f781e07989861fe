package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/// What runs in a mesh goes on without whoever set it up: calls between clusters, each by a new connection,
/// while one after another of the control planes' parts is killed. None of them may fail, and no
/// policy may lapse.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MeshFailureST {
    private static final Pattern SERIAL =
            Pattern.compile("\"cert_chain\".*?\"serial_number\": \"(\\w+)\"", Pattern.DOTALL);
    private static final String BRIEF = "http://brief.meshed.svc.meshed.vl3.internal/";
    private static final String API_SERVER = "kube-apiserver";
    /// Seconds.
    private static final int MINUTE = 60;
    /// For how long calls go on after what was broken.
    private static final int SECONDS = 10;

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

    /// In both clusters: what is allowed, and what a policy forbids.
    private List<MeshCalls> callers() {
        return MeshWorld.CLUSTERS.stream()
                .map(mesh::client)
                .flatMap(client -> Stream.of(
                        new MeshCalls(client, MeshWorld.WEB, "200"),
                        new MeshCalls(client, MeshWorld.WEB_SECRET, "403")))
                .toList();
    }

    private void noCallFailsWhile(MeshCalls.Breaking breaking) throws InterruptedException {
        MeshCalls.noneFailsWhile(breaking, SECONDS, callers());
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
        noCallFailsWhile(() -> {
            kill(lab.cluster("east"), "pilot-discovery discovery");
            TimeUnit.SECONDS.sleep(2);
            mesh.awaitIstiod();
        });
    }

    @Test
    void istiodReplaced() throws InterruptedException {
        noCallFailsWhile(mesh::renewIstiod);
    }

    @Test
    void publisherKilled() throws InterruptedException {
        noCallFailsWhile(() -> {
            kill(lab.cluster("east"), "dev.vl3mesh.xds.publish.PublisherMain$");
            TimeUnit.SECONDS.sleep(2);
            mesh.awaitIstiod();
        });
    }

    /// The relays are in them.
    @Test
    void agentsKilled() throws InterruptedException {
        noCallFailsWhile(() -> {
            lab.clusters().forEach(cluster -> kill(cluster, "dev.vl3mesh.agent.AgentMain$"));
            TimeUnit.SECONDS.sleep(2);
            awaitEverywhere("ds/vl3-agent");
        });
    }

    /// And what is written afterwards takes effect as before.
    @Test
    void controlPlanesKilled() throws InterruptedException {
        noCallFailsWhile(() -> {
            lab.clusters().forEach(cluster -> kill(cluster, "dev.vl3mesh.bridge.BridgeMain$"));
            TimeUnit.SECONDS.sleep(2);
            awaitEverywhere("deploy/vl3-control");
        });
        mesh.write("west", "teapot.yaml", Map.of("status", "418"));
        mesh.awaitAnswer("east", "418", "-H", "wants: teapot", MeshWorld.WEB);
        mesh.delete("west", "teapot.yaml");
    }

    /// By a sidecar's own word, in the pod.
    private static String certificate(TestPod pod) {
        Matcher serial =
                SERIAL.matcher(pod.run("curl", "-s", "localhost:15100/certs").out());
        assertThat(serial.find()).as(pod + " has a certificate").isTrue();
        return serial.group(1);
    }

    /// New certificates come all the while, from an istiod that needs no API server for it. Last, because control
    /// planes
    /// end that lose their lease, and a kubelet waits longer and longer before it starts them again.
    @Test
    @Order(Integer.MAX_VALUE)
    void theApiServerOfHomeStoppedWhileCertificatesRotate() throws InterruptedException {
        List<TestPod> brief = new ArrayList<>();
        for (String cluster : MeshWorld.CLUSTERS) {
            mesh.write(cluster, "brief.yaml", Map.of());
            brief.add(mesh.world().pod(cluster, MeshWorld.DOMAIN, "brief"));
        }
        brief.forEach(World::awaitReady);
        List<MeshCalls> callers = new ArrayList<>(callers());
        brief.forEach(pod -> {
            World.eventually()
                    .untilAsserted(() -> assertThat(
                                    pod.run("curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", BRIEF)
                                            .out())
                            .isEqualTo("200"));
            callers.add(new MeshCalls(pod, BRIEF, "200"));
        });
        List<String> before = brief.stream().map(MeshFailureST::certificate).toList();
        MeshCalls.noneFailsWhile(
                () -> {
                    lab.cluster("east").hold(1, API_SERVER);
                    TimeUnit.SECONDS.sleep(MINUTE);
                    lab.cluster("east").release(1, API_SERVER);
                },
                2 * SECONDS,
                callers);
        World.eventually()
                .untilAsserted(() -> assertThat(brief.stream().map(MeshFailureST::certificate))
                        .doesNotContainAnyElementsOf(before));
    }

    /// Calls stay in each cluster while the other one can't be reached, by what the Service says; and from
    /// one to the other they pass again soon.
    @Test
    void theClustersCutOff() throws InterruptedException {
        mesh.prefer("PreferClose");
        for (String cluster : MeshWorld.CLUSTERS) {
            World.eventually()
                    .untilAsserted(() -> assertThat(mesh.client(cluster)
                                    .sh("for i in 1 2 3 4 5 6 7 8 9 10; do curl -s -m 5 " + MeshWorld.WEB
                                            + "; done | grep -c "
                                            + mesh.web(cluster).name())
                                    .out()
                                    .strip())
                            .isEqualTo("10"));
        }
        noCallFailsWhile(() -> {
            lab.cluster("west").setConnected(false);
            TimeUnit.SECONDS.sleep(MINUTE);
            lab.cluster("west").setConnected(true);
        });
        long mended = System.nanoTime();
        mesh.prefer(null);
        mesh.write("west", "teapot.yaml", Map.of("status", "418"));
        mesh.awaitAnswer("east", "418", "-H", "wants: teapot", MeshWorld.WEB);
        assertThat(Duration.ofNanos(System.nanoTime() - mended))
                .as("until what west writes counts in east")
                .isLessThan(Duration.ofSeconds(30));
        mesh.delete("west", "teapot.yaml");
    }
}
