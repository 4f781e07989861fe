package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// A mesh over a domain: the real istiod, which knows the services of two clusters from the publisher alone,
/// and its sidecars in both clusters.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MeshST {
    private final MeshWorld mesh;
    private final World world;
    private final Kubectl kubectl;
    private final ObjectMapper json = new ObjectMapper();

    MeshST(Lab lab) {
        this.mesh = new MeshWorld(lab);
        this.world = mesh.world();
        this.kubectl = mesh.kubectl();
    }

    @BeforeAll
    void makeTheWorld() {
        mesh.make();
    }

    @AfterAll
    void leaveNothingBehind() {
        mesh.close();
    }

    private String ask(String path) {
        Commands.Result result =
                kubectl.exec("east", MeshWorld.NAMESPACE, MeshWorld.ISTIOD, "pilot-discovery", "request", "GET", path);
        assertThat(result.ok()).as(path + ": " + result.output()).isTrue();
        return result.output();
    }

    /// Behind what the program says of itself.
    private String configz() {
        String output = ask("/debug/configz");
        assertThat(output).contains("[{");
        return output.substring(output.indexOf("[{"));
    }

    /// What istiod has of a kind, by namespace and name.
    private Map<String, JsonNode> configs(String kind) {
        Map<String, JsonNode> found = new TreeMap<>();
        try {
            for (JsonNode config : json.readTree(configz())) {
                if (config.path("kind").asText().equals(kind)) {
                    JsonNode metadata = config.path("metadata");
                    found.put(
                            metadata.path("namespace").asText() + "/"
                                    + metadata.path("name").asText(),
                            config.path("spec"));
                }
            }
        } catch (IOException e) {
            throw new AssertionError("istiod's configz", e);
        }
        return found;
    }

    /// In which region the pods of the service are, by their addresses; the lab's nodes say
    /// `<cluster>/<node>`.
    private Map<String, String> workloads() {
        Map<String, String> clusters = new TreeMap<>();
        configs("WorkloadEntry").values().forEach(spec -> {
            if (spec.path("labels").path("app").asText().equals("web")) {
                clusters.put(
                        spec.path("address").asText(),
                        spec.path("locality").asText().split("/", -1)[0]);
            }
        });
        return clusters;
    }

    private Map<String, String> both() {
        return new TreeMap<>(Map.of(mesh.address("east"), "east", mesh.address("west"), "west"));
    }

    @Test
    void itKnowsTheServicesOfBothClusters() {
        World.eventually().untilAsserted(() -> assertThat(workloads()).isEqualTo(both()));
        Map<String, JsonNode> entries = configs("ServiceEntry");
        assertThat(entries).containsKeys("meshed/vl3-web", "vl3-meshed/vl3-istiod-meshed");
        JsonNode web = entries.getOrDefault("meshed/vl3-web", MissingNode.getInstance());
        assertThat(web.path("hosts").toString()).isEqualTo("[\"web.meshed.svc.meshed.vl3.internal\"]");
        assertThat(web.path("ports").toString())
                .contains("\"HTTP\"")
                .contains("\"TCP\"")
                .doesNotContain("UDP");
        JsonNode pod = configs("WorkloadEntry")
                .getOrDefault("meshed/vl3-" + mesh.address("west").replace('.', '-'), MissingNode.getInstance());
        assertThat(pod.path("serviceAccount").asText()).isEqualTo("web");
        assertThat(pod.path("labels").path("version").asText()).isEqualTo("of-west");
        assertThat(configs("Sidecar").values())
                .anySatisfy(sidecar -> assertThat(sidecar.toString())
                        .contains("replicaset-web-")
                        .contains("8080"));
    }

    @Test
    void itLearnsWhoIsReady() {
        mesh.web("west").run("rm", "/tmp/ready");
        World.eventually().untilAsserted(() -> assertThat(workloads()).isEqualTo(Map.of(mesh.address("east"), "east")));
        mesh.web("west").run("touch", "/tmp/ready");
        World.eventually().untilAsserted(() -> assertThat(workloads()).isEqualTo(both()));
    }

    @Test
    void aNewControlPlaneOfOursTakesNothingFromIt() {
        World.eventually().untilAsserted(() -> assertThat(workloads()).isEqualTo(both()));
        kubectl.run("east", "-n", "vl3mesh-system", "rollout", "restart", "deploy/vl3-control");
        kubectl.run("east", "-n", "vl3mesh-system", "rollout", "status", "deploy/vl3-control", "--timeout=90s");
        for (int i = 0; i < 20; i++) {
            assertThat(workloads()).isEqualTo(both());
        }
    }

    @Test
    void aNewIstiodKnowsTheSame() {
        mesh.renewIstiod();
        World.eventually().untilAsserted(() -> assertThat(workloads()).isEqualTo(both()));
    }

    /// Each cluster's client reaches the pods of both, each side shows its identity.
    @Test
    void callsBetweenClustersAreMutuallyAuthenticated() {
        for (String cluster : MeshWorld.CLUSTERS) {
            Set<String> answered = new TreeSet<>();
            World.eventually().untilAsserted(() -> {
                Ran ran = mesh.client(cluster).run("curl", "-sS", "-m", "5", MeshWorld.WEB);
                assertThat(ran.out())
                        .as(ran.all())
                        .contains("By=spiffe://meshed.vl3.internal/ns/meshed/sa/web")
                        .contains("URI=spiffe://meshed.vl3.internal/ns/meshed/sa/client");
                MeshWorld.CLUSTERS.stream()
                        .filter(one -> ran.out().contains(mesh.web(one).name()))
                        .forEach(answered::add);
                assertThat(answered).as("clusters that have answered").containsAll(MeshWorld.CLUSTERS);
            });
        }
    }

    @Test
    void whoHasNoSidecarIsRefused() {
        for (String cluster : MeshWorld.CLUSTERS) {
            for (String other : MeshWorld.CLUSTERS) {
                World.eventually().untilAsserted(() -> {
                    Ran ran = world.pod(cluster, MeshWorld.DOMAIN, "bare")
                            .run("curl", "-sS", "-m", "5", "http://" + mesh.address(other) + ":8080/debug");
                    assertThat(ran.all()).contains("reset by peer");
                });
            }
        }
    }

    /// Istio alone would let any member of the mesh in, and not tell the application who it is.
    @Test
    void aPortThatNobodyPublishesIsClosed() {
        String url = "http://" + mesh.address("west") + ":7777/debug";
        mesh.write("east", "back-door.yaml", Map.of("address", mesh.address("west")));
        mesh.write("west", "front-door.yaml", Map.of());
        mesh.awaitAnswer("east", "200", "-H", "Host: back-door.example", url);
        mesh.delete("west", "front-door.yaml");
        mesh.awaitAnswer("east", "503", "-H", "Host: back-door.example", url);
        for (int i = 0; i < 20; i++) {
            assertThat(mesh.answer("east", "-H", "Host: back-door.example", url))
                    .isEqualTo("503");
        }
        mesh.delete("east", "back-door.yaml");
    }

    /// What a user writes in one cluster counts in the whole mesh, is said on it, and goes with it.
    @Test
    void whatIsWrittenInWestCountsInEast() {
        mesh.write("west", "teapot.yaml", Map.of("status", "418"));
        mesh.awaitAnswer("east", "418", "-H", "wants: teapot", MeshWorld.WEB);
        mesh.awaitAnswer("east", "200", MeshWorld.WEB);
        mesh.awaitConditions(
                "west",
                "teapot.yaml",
                (name, condition) -> assertThat(condition)
                        .as(name)
                        .containsEntry("status", "True")
                        .containsEntry("reason", "InForce"));
        mesh.delete("west", "teapot.yaml");
        mesh.awaitAnswer("east", "200", "-H", "wants: teapot", MeshWorld.WEB);
    }

    /// Of two of the same name the older one counts, and the other one says so, until the older one is gone.
    @Test
    void ofTheSameInTwoClustersTheOlderCounts() throws InterruptedException {
        mesh.write("west", "teapot.yaml", Map.of("status", "418"));
        mesh.awaitConditions(
                "west", "teapot.yaml", (_, condition) -> assertThat(condition).containsEntry("status", "True"));
        TimeUnit.SECONDS.sleep(1); // ages are seconds
        mesh.write("east", "teapot.yaml", Map.of("status", "503"));
        mesh.awaitConditions(
                "east",
                "teapot.yaml",
                (_, condition) -> assertThat(condition)
                        .containsEntry("status", "False")
                        .containsEntry("reason", "Conflict")
                        .hasEntrySatisfying(
                                "message",
                                message -> assertThat(message.toString()).contains("cluster west")));
        mesh.awaitAnswer("east", "418", "-H", "wants: teapot", MeshWorld.WEB);
        mesh.delete("west", "teapot.yaml");
        mesh.awaitAnswer("east", "503", "-H", "wants: teapot", MeshWorld.WEB);
        mesh.awaitConditions(
                "east", "teapot.yaml", (_, condition) -> assertThat(condition).containsEntry("status", "True"));
        mesh.delete("east", "teapot.yaml");
    }

    @Test
    void aPolicyNamesCallersOfOtherClusters() throws InterruptedException {
        mesh.awaitAnswer("east", "200", MeshWorld.WEB_SECRET);
        mesh.write("west", "deny.yaml", Map.of());
        for (String cluster : MeshWorld.CLUSTERS) {
            World.eventually().untilAsserted(() -> keepsAnswering(cluster, "403", "by the pods of both clusters"));
            mesh.awaitAnswer(cluster, "200", MeshWorld.WEB);
        }
        mesh.renewIstiod();
        for (int i = 0; i < 10; i++) { // while sidecars connect to it, one by one
            keepsAnswering("east", "403", "with a new istiod");
            TimeUnit.SECONDS.sleep(1);
        }
        mesh.delete("west", "deny.yaml");
        mesh.awaitAnswer("east", "200", MeshWorld.WEB_SECRET);
    }

    @Test
    void theMeshIsShown() {
        World.eventually().untilAsserted(() -> {
            Membership.Answer home = mesh.ctl("east", "mesh", "status", MeshWorld.DOMAIN);
            assertThat(home.out())
                    .as(home.err())
                    .startsWith("mesh of domain meshed: well")
                    .containsPattern("istiod-meshed-\\S+ +yes +[4-9] +[4-9]\n")
                    .containsPattern("east +[2-9] +[2-9] +0 +1 +0\n");
            assertThat(home.exitCode()).isZero();
        });
        mesh.write("west", "refused.yaml", Map.of());
        World.eventually().untilAsserted(() -> {
            Membership.Answer west = mesh.ctl("west", "mesh", "status", MeshWorld.DOMAIN);
            assertThat(west.exitCode()).isEqualTo(1);
            assertThat(west.out())
                    .doesNotContain("ISTIOD")
                    .contains("VirtualService meshed/refused is not in force: ")
                    .contains("weight -1 < 0");
        });
        mesh.delete("west", "refused.yaml");
    }

    @Test
    void whoAPodIsInTheMeshIsShown() {
        for (String cluster : MeshWorld.CLUSTERS) {
            Membership.Answer pod = mesh.ctl(cluster, "describe", "pod", "-n", MeshWorld.DOMAIN, "client");
            assertThat(pod.out())
                    .as(pod.err())
                    .containsPattern("meshed +ready +spiffe://meshed.vl3.internal/ns/meshed/sa/client +20\\d\\d-");
        }
    }

    private void keepsAnswering(String caller, String status, String why) {
        for (int i = 0; i < 20; i++) {
            assertThat(mesh.answer(caller, MeshWorld.WEB_SECRET)).as(why).isEqualTo(status);
        }
    }

    /// The real istiod is asked, and what it says stands on the object.
    @Test
    void everyKindIsTakenOrRefusedWithTheReason() {
        for (String cluster : MeshWorld.CLUSTERS) {
            mesh.write(cluster, "every-kind.yaml", Map.of());
            mesh.awaitConditions(
                    cluster,
                    "every-kind.yaml",
                    (name, condition) -> assertThat(condition).as(name).containsEntry("status", "True"));
            mesh.delete(cluster, "every-kind.yaml");
        }
        mesh.write("west", "refused.yaml", Map.of());
        mesh.awaitConditions(
                "west",
                "refused.yaml",
                (name, condition) -> assertThat(condition).as(name).containsEntry("status", "False"));
        for (GenericKubernetesResource object : mesh.objects("west", "refused.yaml")) {
            assertThat(MeshWorld.condition(object).getOrDefault("message", "").toString())
                    .as(object.getKind() + " " + object.getMetadata().getName())
                    .contains(object.getMetadata().getAnnotations().get("wrong"));
        }
        assertThat(configs("VirtualService")).as("istiod has none of them").doesNotContainKey("meshed/refused");
        mesh.delete("west", "refused.yaml");
    }

    /// By its name and by its address, from either cluster; never the other one of the same service.
    @Test
    void aPodOfAHeadlessServiceIsCalledItself() {
        for (String at : MeshWorld.CLUSTERS) {
            mesh.write(at, "headless.yaml", Map.of("name", "ring-" + at));
        }
        for (String caller : MeshWorld.CLUSTERS) {
            for (String at : MeshWorld.CLUSTERS) {
                String name = "ring-" + at + ".ring.meshed.svc.meshed.vl3.internal";
                World.eventually()
                        .untilAsserted(() -> assertThat(ring(caller, name)).isEqualTo("ring-" + at));
                String address = world.pod(at, MeshWorld.DOMAIN, "ring-" + at).address(MeshWorld.DOMAIN, IpFamily.V4);
                for (int i = 0; i < 10; i++) {
                    assertThat(ring(caller, address)).isEqualTo("ring-" + at);
                }
            }
        }
    }

    private String ring(String caller, String host) {
        return mesh.client(caller)
                .run("socat", "-T", "3", "-u", "TCP:" + host + ":7100", "-")
                .out()
                .strip();
    }

    /// Their virtual addresses tell services by TCP apart, which say nothing else of whom they mean.
    @Test
    void servicesByTcpMayShareAPort() {
        mesh.write("east", "raw.yaml", Map.of("name", "first"));
        mesh.write("west", "raw.yaml", Map.of("name", "second"));
        for (String cluster : MeshWorld.CLUSTERS) {
            for (String name : List.of("first", "second")) {
                World.eventually().untilAsserted(() -> {
                    Ran ran = mesh.client(cluster)
                            .run("socat", "-T", "3", "-u", "TCP:" + name + ".meshed.svc.meshed.vl3.internal:7000", "-");
                    assertThat(ran.out().strip()).as(cluster + ": " + ran.all()).isEqualTo(name);
                });
                assertThat(mesh.client(cluster)
                                .run("dig", "+short", name + ".meshed.svc.meshed.vl3.internal")
                                .out())
                        .as("in the domain's range for services")
                        .startsWith("172.28.24");
            }
        }
        assertThat(world.pod("east", MeshWorld.DOMAIN, "bare")
                        .run("dig", "+short", "second.meshed.svc.meshed.vl3.internal")
                        .out()
                        .strip())
                .as("who has no sidecar is told the pods")
                .isEqualTo(world.pod("west", MeshWorld.DOMAIN, "second").address(MeshWorld.DOMAIN, IpFamily.V4));
    }
}
