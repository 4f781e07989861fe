package dev.vl3mesh.testbed.meshes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.istio.MeshCalls;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What is broken or replaced in one mesh of a pod is not noticed in the other.
interface Enduring {
    /// For how long calls go on after it.
    int SECONDS = 10;
    /// More than half of a minute, after which certificates that live a minute are replaced.
    int ROTATION_SECONDS = 45;

    /// Where it is tried.
    TwoMeshes meshes();

    private List<MeshCalls> in(String mesh) {
        String member = TwoMeshes.members(mesh).getFirst();
        return List.of(
                new MeshCalls(meshes().pod("east", TwoMeshes.IN_BOTH), TwoMeshes.url(member, mesh, "/"), "200"),
                new MeshCalls(meshes().pod("west", member), TwoMeshes.url(TwoMeshes.IN_BOTH, mesh, "/"), "200"));
    }

    /// Kills the Envoy of one of a pod's sidecars, as running out of memory does.
    private void crash(TestPod pod, String mesh) {
        String killed = meshes().cluster(pod.cluster())
                .attempt(1, "sh", "-c", World.text(Enduring.class, "crash.sh"), "sh", pod.address(mesh, IpFamily.V4))
                .output();
        assertThat(killed).contains("killed");
    }

    @Test
    default void aCrashOfOnesSidecarIsNotNoticedInTheOther() throws InterruptedException {
        TestPod both = meshes().pod("east", TwoMeshes.IN_BOTH);
        MeshCalls.noneFailsWhile(() -> crash(both, TwoMeshes.RED), SECONDS, in(TwoMeshes.GREEN));
        World.awaitReady(both);
        MeshCalls.noneFailsWhile(() -> crash(both, TwoMeshes.GREEN), SECONDS, in(TwoMeshes.RED));
        World.awaitReady(both);
    }

    /// Killed again and again it has to wait: the pod is not ready as long, and stays an endpoint of the other mesh.
    @Test
    default void aMeshDoesNotMindTheOthersSidecar() {
        TestPod both = meshes().pod("west", TwoMeshes.IN_BOTH);
        World.eventually().untilAsserted(() -> {
            if (Readiness.isPodReady(both.get())) {
                crash(both, TwoMeshes.GREEN);
            }
            assertThat(Readiness.isPodReady(both.get())).isFalse();
        });
        assertThat(endpoints(TwoMeshes.RED)).contains(both.address(TwoMeshes.RED, IpFamily.V4));
        World.eventually()
                .untilAsserted(() -> assertThat(endpoints(TwoMeshes.GREEN))
                        .doesNotContain(both.address(TwoMeshes.GREEN, IpFamily.V4)));
        assertThat(Readiness.isPodReady(both.get())).isFalse();
        assertThat(endpoints(TwoMeshes.RED)).contains(both.address(TwoMeshes.RED, IpFamily.V4));
        World.awaitReady(both);
        World.eventually()
                .untilAsserted(() ->
                        assertThat(endpoints(TwoMeshes.GREEN)).contains(both.address(TwoMeshes.GREEN, IpFamily.V4)));
    }

    /// What a sidecar of a member in east has behind the service of those in both.
    private String endpoints(String mesh) {
        String member = TwoMeshes.members(mesh).getFirst();
        String port = mesh.equals(TwoMeshes.RED) ? "15100" : "15200";
        return meshes().pod("east", member)
                .sh("curl -s 127.0.0.1:$1/clusters | grep '^outbound|80||web.in-both.*cx_active'", port)
                .out();
    }

    @Test
    default void aControlPlaneThatIsGoneIsNotNoticedInTheOther() throws InterruptedException {
        List<MeshCalls> both = new ArrayList<>(in(TwoMeshes.GREEN));
        both.addAll(in(TwoMeshes.RED)); // what is running does without it, too
        MeshCalls.noneFailsWhile(
                () -> {
                    String root = TwoMeshes.root(TwoMeshes.RED);
                    meshes().kubectl().run("east", "-n", root, "delete", "pod", "--all", "--force", "--grace-period=0");
                    meshes().kubectl()
                            .run("east", "-n", root, "rollout", "status", "deployment/istiod-red", "--timeout=120s");
                },
                SECONDS,
                both);
    }

    /// Its pods in red go on being called while they are replaced by some that are in red alone.
    @Test
    default void whoLeavesGreenIsNotMissedInRed() throws InterruptedException {
        meshes().world().namespace("west", "leaving", Map.of("vl3mesh.dev/domains", "red.green"));
        meshes().write("west", "deployment.yaml", Map.of("namespace", "leaving"));
        String red = TwoMeshes.url("leaving", TwoMeshes.RED, "/");
        String green = TwoMeshes.url("leaving", TwoMeshes.GREEN, "/");
        meshes().awaitStatus(TwoMeshes.IN_RED, "200", red);
        meshes().awaitStatus(TwoMeshes.IN_GREEN, "200", green);
        MeshCalls.noneFailsWhile(
                () -> {
                    meshes().kubectl()
                            .run("west", "label", "namespace", "leaving", "--overwrite", "vl3mesh.dev/domains=red");
                    TimeUnit.SECONDS.sleep(1); // admission knows of it by a watch, see docs/labels.md
                    meshes().kubectl().run("west", "-n", "leaving", "rollout", "restart", "deployment/web");
                    meshes().kubectl()
                            .run("west", "-n", "leaving", "rollout", "status", "deployment/web", "--timeout=60s");
                },
                SECONDS,
                List.of(new MeshCalls(meshes().pod("east", TwoMeshes.IN_RED), red, "200")));
        meshes().awaitStatus(TwoMeshes.IN_RED, "200", red);
        meshes().awaitStatus(TwoMeshes.IN_GREEN, "000", green);
    }

    /// Calls of a service that is in both meshes, in each of them.
    private List<MeshCalls> inEach(String namespace) {
        return List.of(
                new MeshCalls(
                        meshes().pod("east", TwoMeshes.IN_RED), TwoMeshes.url(namespace, TwoMeshes.RED, "/"), "200"),
                new MeshCalls(
                        meshes().pod("east", TwoMeshes.IN_GREEN),
                        TwoMeshes.url(namespace, TwoMeshes.GREEN, "/"),
                        "200"));
    }

    @Test
    default void podsThatMoveAreNotMissedInEitherMesh() throws InterruptedException {
        meshes().world().namespace("west", "moving", Map.of("vl3mesh.dev/domains", "red.green"));
        meshes().write("west", "deployment.yaml", Map.of("namespace", "moving"));
        for (MeshCalls calls : inEach("moving")) {
            calls.awaitAnswer();
        }
        MeshCalls.noneFailsWhile(
                () -> {
                    meshes().kubectl().run("west", "-n", "moving", "rollout", "restart", "deployment/web");
                    meshes().kubectl()
                            .run("west", "-n", "moving", "rollout", "status", "deployment/web", "--timeout=60s");
                },
                SECONDS,
                inEach("moving"));
    }

    /// Of both clusters, with the relays in them.
    @Test
    default void agentsThatAreKilledAreNotMissedInEitherMesh() throws InterruptedException {
        noneFailsWhileKilled("dev.vl3mesh.agent.AgentMain$", "ds/vl3-agent");
    }

    /// Of both clusters, each the home of one of the domains.
    @Test
    default void controlPlanesThatAreKilledAreNotMissedInEitherMesh() throws InterruptedException {
        noneFailsWhileKilled("dev.vl3mesh.bridge.BridgeMain$", "deploy/vl3-control");
    }

    private void noneFailsWhileKilled(String program, String what) throws InterruptedException {
        List<MeshCalls> both = new ArrayList<>(in(TwoMeshes.GREEN));
        both.addAll(in(TwoMeshes.RED));
        MeshCalls.noneFailsWhile(
                () -> {
                    for (String cluster : TwoMeshes.CLUSTERS) {
                        meshes().cluster(cluster).exec(1, "pkill", "-9", "-f", program);
                    }
                    TimeUnit.SECONDS.sleep(2);
                    for (String cluster : TwoMeshes.CLUSTERS) {
                        meshes().kubectl()
                                .run(cluster, "-n", TwoMeshes.SYSTEM, "rollout", "status", what, "--timeout=90s");
                    }
                },
                SECONDS,
                both);
    }

    /// A connection that is open in each mesh goes on while both sidecars of the pod get certificates and keys anew.
    @Test
    default void certificatesThatRotateLeaveConnectionsAlone() {
        meshes().write("west", "brief.yaml", Map.of());
        TestPod brief = meshes().pod("west", TwoMeshes.IN_BOTH, "brief");
        World.awaitReady(brief);
        String red = certificate(brief, "15100");
        String green = certificate(brief, "15200");
        for (String mesh : TwoMeshes.MESHES) {
            TestPod caller = meshes().pod("east", "in-" + mesh);
            String host = TwoMeshes.host("brief", TwoMeshes.IN_BOTH, mesh);
            World.eventually()
                    .untilAsserted(() -> assertThat(caller.sh("echo hello | socat -t 2 - TCP:$1:81", host)
                                    .out())
                            .isEqualTo("hello\n"));
            caller.sh(
                    "{ (echo before; sleep $2; echo after) | socat -t 2 - TCP:$1:81; } >/tmp/brief 2>&1 &",
                    host,
                    Integer.toString(ROTATION_SECONDS));
        }
        for (String mesh : TwoMeshes.MESHES) {
            World.eventually()
                    .untilAsserted(() -> assertThat(meshes().pod("east", "in-" + mesh)
                                    .run("cat", "/tmp/brief")
                                    .out())
                            .isEqualTo("before\nafter\n"));
        }
        assertThat(certificate(brief, "15100")).isNotEqualTo(red);
        assertThat(certificate(brief, "15200")).isNotEqualTo(green);
    }

    /// The serial number of a sidecar's own; roots have no chain.
    private static String certificate(TestPod pod, String port) {
        return pod.sh(
                        "curl -s 127.0.0.1:$1/certs | tr -d ' \\n'"
                                + " | grep -o '\"cert_chain\":\\[{[^]]*' | grep -o -m 1 'serial_number\":\"[0-9a-f]*'",
                        port)
                .out()
                .strip();
    }
}
