package dev.vl3mesh.testbed.meshes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// A pod in two meshes is a full member of each, and they have nothing to do with each other: what is said, broken or
/// attacked in one of them is not noticed in the other.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoMeshesST implements Crossing, Enduring, Guarded {
    private final TwoMeshes meshes;
    private final Matrix matrix;

    TwoMeshesST(Lab lab) {
        this.meshes = new TwoMeshes(lab);
        this.matrix = new Matrix(meshes);
    }

    @Override
    public TwoMeshes meshes() {
        return meshes;
    }

    @BeforeAll
    void makeTheWorld() {
        meshes.make();
    }

    @AfterAll
    void leaveNothingBehind() {
        meshes.close();
    }

    @Test
    void everyoneReachesThoseOfItsMeshesAsWhoItIsThere() {
        for (String cluster : TwoMeshes.CLUSTERS) {
            TwoMeshes.NAMESPACES.forEach(from -> matrix.check(cluster, from));
        }
        matrix.check("east", TwoMeshes.IN_STOCK);
    }

    /// What is in no mesh is reached in its cluster as ever.
    @Test
    void meshesTakeNothingFromTheClustersNetwork() {
        String none = meshes.pod("east", TwoMeshes.IN_NONE).eth0();
        for (String from : TwoMeshes.NAMESPACES) {
            List<String> answers = TwoMeshes.ask(
                    meshes.pod("east", from),
                    List.of(
                            "http 4 " + none + " 8080",
                            "tcp 4 " + none + " 8078",
                            "grpc 4 " + none + " 8079",
                            "udp 4 " + none + " 8078"));
            assertThat(answers).as(from).containsExactly("status=200", "hello", "RTT", "hello");
        }
    }

    /// One pod, one workload, one path: red allows what green denies, and the other way round for a header.
    @Test
    void policiesAndRoutesMayContradictEachOther() {
        String red = TwoMeshes.url(TwoMeshes.IN_BOTH, TwoMeshes.RED, "/debug");
        String green = TwoMeshes.url(TwoMeshes.IN_BOTH, TwoMeshes.GREEN, "/debug");
        meshes.write("west", "policy.yaml", Map.of("mesh", "green"));
        meshes.write("west", "teapot.yaml", Map.of("mesh", "red", "status", "418"));
        meshes.write("east", "teapot.yaml", Map.of("mesh", "green", "status", "503"));
        meshes.awaitStatus(TwoMeshes.IN_GREEN, "403", green);
        meshes.awaitStatus(TwoMeshes.IN_BOTH, "403", green);
        meshes.awaitStatus(TwoMeshes.IN_RED, "418", "-H", "wants: teapot", red);
        meshes.awaitStatus(TwoMeshes.IN_BOTH, "418", "-H", "wants: teapot", red);
        meshes.awaitStatus(TwoMeshes.IN_GREEN, "503", "-H", "wants: teapot", green);
        for (int i = 0; i < 20; i++) {
            assertThat(TwoMeshes.status(meshes.pod("west", TwoMeshes.IN_RED), red))
                    .isEqualTo("200");
            assertThat(TwoMeshes.status(meshes.pod("east", TwoMeshes.IN_BOTH), red))
                    .isEqualTo("200");
        }
        meshes.delete("west", "authorizationpolicy", TwoMeshes.IN_BOTH, "no-debug-green");
        meshes.delete("west", "virtualservice", TwoMeshes.IN_BOTH, "teapot-red");
        meshes.delete("east", "virtualservice", TwoMeshes.IN_BOTH, "teapot-green");
        meshes.awaitStatus(TwoMeshes.IN_GREEN, "200", green);
    }

    @Test
    void aShortNameMeansWhatItsPodSearches() {
        World.eventually()
                .untilAsserted(() -> assertThat(
                                TwoMeshes.ask(meshes.pod("east", TwoMeshes.IN_BOTH), List.of("http 4 web.in-both 80")))
                        .singleElement()
                        .asString()
                        .contains("By=" + TwoMeshes.identity(TwoMeshes.GREEN, TwoMeshes.IN_BOTH)));
    }

    /// What is true is seen by a call, and what is said of it is the same.
    private void assertWhy(String from, String to, String mesh, String status, String verdict, String because) {
        meshes.awaitStatus(from, status, TwoMeshes.url(to, mesh, "/debug"));
        Membership.Answer answer = meshes.ctl("why", from + "/web", "west:" + to + "/web", "--port", "8080");
        assertThat(answer.out())
                .as(answer.err())
                .contains("in " + mesh + ": " + verdict)
                .contains(because);
        assertThat(answer.exitCode()).isEqualTo(verdict.equals("no") ? 1 : 0);
    }

    @Test
    void whyIsToldOfEachMesh() {
        meshes.write("west", "deny.yaml", Map.of());
        meshes.write("west", "policy.yaml", Map.of("mesh", "green"));
        assertWhy(
                TwoMeshes.IN_RED, TwoMeshes.IN_BOTH, TwoMeshes.RED, "200", "yes", TwoMeshes.identity("red", "in-red"));
        assertWhy(TwoMeshes.IN_RED, TwoMeshes.IN_GREEN, TwoMeshes.GREEN, "000", "no", "it is not in green");
        assertWhy(TwoMeshes.IN_NONE, TwoMeshes.IN_RED, TwoMeshes.RED, "000", "no", "it is not in red");
        assertWhy(TwoMeshes.IN_BOTH, TwoMeshes.IN_RED, TwoMeshes.RED, "403", "no", "in-red/not-for-both");
        assertWhy(
                TwoMeshes.IN_GREEN,
                TwoMeshes.IN_BOTH,
                TwoMeshes.GREEN,
                "403",
                "it depends on what is asked for",
                "in-both/no-debug-green");
        meshes.delete("west", "authorizationpolicy", TwoMeshes.IN_RED, "not-for-both");
        meshes.delete("west", "authorizationpolicy", TwoMeshes.IN_BOTH, "no-debug-green");
        meshes.awaitStatus(TwoMeshes.IN_BOTH, "200", TwoMeshes.url(TwoMeshes.IN_RED, TwoMeshes.RED, "/debug"));
        meshes.awaitStatus(TwoMeshes.IN_GREEN, "200", TwoMeshes.url(TwoMeshes.IN_BOTH, TwoMeshes.GREEN, "/debug"));
    }

    /// Sidecars come to the pod's own address.
    @Test
    void anApplicationThatListensOnLoopbackOnlyIsFound() {
        TestPod both = meshes.pod("west", TwoMeshes.IN_BOTH);
        both.sh("socat TCP-LISTEN:7070,bind=127.0.0.1,fork EXEC:cat >/dev/null 2>&1 &");
        String url = "http://" + TwoMeshes.host("web", TwoMeshes.IN_BOTH, TwoMeshes.RED) + ":83/";
        World.eventually().untilAsserted(() -> {
            assertThat(TwoMeshes.status(meshes.pod("east", TwoMeshes.IN_RED), url))
                    .isEqualTo("503");
            assertThat(meshes.ctl("why", "in-red/web", "west:in-both/web", "--port", "7070")
                            .out())
                    .contains("in red: no")
                    .contains("not on 127.0.0.1 alone");
        });
    }

    @Test
    void theMapShowsWhoIsInBoth() {
        assertThat(meshes.ctl("map", "--contexts", "east,west", "-o", "mermaid").out())
                .contains("[\"in-both/web\"]")
                .contains("([\"red, Istio 172.31.0.0/16 fd00:31::/48\"])");
        assertThat(meshes.ctl("map", "--contexts", "east,west", "-o", "svg").out())
                .startsWith("<svg");
    }

    @Test
    void whoAPodIsInEachMeshIsShown() {
        String shown =
                meshes.ctl("describe", "pod", "-n", TwoMeshes.IN_BOTH, "web").out();
        for (String mesh : TwoMeshes.MESHES) {
            assertThat(shown)
                    .contains("vl3-" + mesh)
                    .containsPattern(mesh + " +ready +" + TwoMeshes.identity(mesh, TwoMeshes.IN_BOTH) + " +20")
                    .containsPattern(mesh + " +istiod-" + mesh + "\\.vl3-" + mesh
                            + " +20\\S+Z +[1-9]\\d* +7070 mTLS, 8078 mTLS, 8079 mTLS, 8080 mTLS\n");
        }
    }

    /// What is said once can't be said to two: it counts nowhere until it says which one it means.
    @Test
    void whatCouldMeanBothMeshesIsRefused() {
        meshes.write("west", "unclear.yaml", Map.of());
        for (String mesh : TwoMeshes.MESHES) {
            awaitCondition(mesh, "False");
            for (int i = 0; i < 5; i++) {
                assertThat(TwoMeshes.status(
                                meshes.pod("east", TwoMeshes.IN_BOTH),
                                "-H",
                                "wants: coffee",
                                TwoMeshes.url(TwoMeshes.IN_BOTH, mesh, "/")))
                        .isEqualTo("200");
            }
        }
        label("vl3mesh.dev/config-domain=green");
        awaitCondition(TwoMeshes.GREEN, "True");
        meshes.awaitStatus(
                TwoMeshes.IN_BOTH,
                "503",
                "-H",
                "wants: coffee",
                TwoMeshes.url(TwoMeshes.IN_BOTH, TwoMeshes.GREEN, "/"));
        meshes.awaitStatus(
                TwoMeshes.IN_BOTH, "200", "-H", "wants: coffee", TwoMeshes.url(TwoMeshes.IN_BOTH, TwoMeshes.RED, "/"));
        label("vl3mesh.dev/config-domain-");
        awaitCondition(TwoMeshes.GREEN, "False");
        meshes.awaitStatus(
                TwoMeshes.IN_BOTH,
                "200",
                "-H",
                "wants: coffee",
                TwoMeshes.url(TwoMeshes.IN_BOTH, TwoMeshes.GREEN, "/"));
    }

    private void label(String label) {
        kubectl("label", "namespace", TwoMeshes.IN_BOTH, "--overwrite", label);
    }

    private void awaitCondition(String mesh, String status) {
        meshes.kubectl()
                .run(
                        "west",
                        "-n",
                        TwoMeshes.IN_BOTH,
                        "wait",
                        "virtualservice/unclear",
                        "--for=condition=vl3mesh.dev/" + mesh + "=" + status,
                        "--timeout=60s");
    }

    private void kubectl(String... words) {
        meshes.kubectl().run("west", words);
    }

    /// Nothing is made for two.
    @Test
    void aPodMayBeInThreeMeshes() {
        meshes.install(TwoMeshes.BLUE);
        meshes.world().namespace("east", "in-three", Map.of("vl3mesh.dev/domains", "red.green.blue"));
        meshes.write("east", "member.yaml", Map.of("namespace", "in-three"));
        World.awaitReady(meshes.pod("east", "in-three"));
        for (String mesh : List.of(TwoMeshes.RED, TwoMeshes.GREEN, TwoMeshes.BLUE)) {
            String itself = TwoMeshes.identity(mesh, "in-three");
            String question = "http 4 " + TwoMeshes.host("web", "in-three", mesh) + " 80";
            World.eventually()
                    .untilAsserted(() -> assertThat(TwoMeshes.ask(meshes.pod("east", "in-three"), List.of(question)))
                            .containsExactly("By=" + itself + " URI=" + itself + " status=200"));
        }
    }
}
