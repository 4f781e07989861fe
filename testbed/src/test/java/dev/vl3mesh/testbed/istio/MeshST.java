package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
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
    private static final String DOMAIN = "meshed";
    private static final String NAMESPACE = "vl3-meshed";
    private static final String ISTIOD = "deploy/istiod-meshed";
    private static final List<String> CLUSTERS = List.of("east", "west");
    private static final String WEB = "http://web.meshed.svc.meshed.vl3.internal/debug";
    private static final String WEB_SECRET = "http://web.meshed.svc.meshed.vl3.internal/secret";

    private final World world;
    private final Kubectl kubectl;
    private final IstioInstallation istio;
    private final ObjectMapper json = new ObjectMapper();

    MeshST(Lab lab) {
        Progress progress = new Progress(System.out, false);
        this.world = new World(lab);
        this.kubectl = new Kubectl(LabPaths.of(System.getenv()), new Commands(progress));
        this.istio = new IstioInstallation(lab, progress);
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(DOMAIN, MeshST.class, "domain.yaml");
        istio.install(DOMAIN, NAMESPACE, DOMAIN);
        world.apply("east", MeshST.class, "strict.yaml", Map.of());
        world.namespaceEverywhere(DOMAIN, Map.of("vl3mesh.dev/domains", DOMAIN));
        CLUSTERS.forEach(cluster -> world.apply(cluster, MeshST.class, "web.yaml", Map.of("version", "of-" + cluster)));
        CLUSTERS.forEach(cluster -> world.apply(cluster, MeshST.class, "client.yaml", Map.of()));
        CLUSTERS.forEach(cluster -> {
            World.awaitReady(web(cluster));
            World.awaitReady(client(cluster));
        });
    }

    @AfterAll
    void leaveNothingBehind() {
        istio.uninstall(DOMAIN, NAMESPACE, DOMAIN);
        world.close();
    }

    private TestPod web(String cluster) {
        return World.eventually()
                .until(() -> world.pods(cluster, DOMAIN, "app", "web"), pods -> pods.size() == 1)
                .getFirst();
    }

    private TestPod client(String cluster) {
        return world.pod(cluster, DOMAIN, "client");
    }

    private String address(String cluster) {
        return web(cluster).address(DOMAIN, IpFamily.V4);
    }

    private String ask(String path) {
        Commands.Result result = kubectl.exec("east", NAMESPACE, ISTIOD, "pilot-discovery", "request", "GET", path);
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

    private Map<String, String> workloads() {
        Map<String, String> clusters = new TreeMap<>();
        configs("WorkloadEntry").forEach((name, spec) -> {
            if (name.startsWith(DOMAIN + "/")) {
                clusters.put(
                        spec.path("address").asText(), spec.path("locality").asText());
            }
        });
        return clusters;
    }

    private Map<String, String> both() {
        return new TreeMap<>(Map.of(address("east"), "east", address("west"), "west"));
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
                .getOrDefault("meshed/vl3-" + address("west").replace('.', '-'), MissingNode.getInstance());
        assertThat(pod.path("serviceAccount").asText()).isEqualTo("web");
        assertThat(pod.path("labels").path("version").asText()).isEqualTo("of-west");
        assertThat(configs("Sidecar").values())
                .anySatisfy(sidecar -> assertThat(sidecar.toString())
                        .contains("replicaset-web-")
                        .contains("8080"));
    }

    @Test
    void itLearnsWhoIsReady() {
        web("west").run("rm", "/tmp/ready");
        World.eventually().untilAsserted(() -> assertThat(workloads()).isEqualTo(Map.of(address("east"), "east")));
        web("west").run("touch", "/tmp/ready");
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
        kubectl.run("east", "-n", NAMESPACE, "rollout", "restart", ISTIOD);
        kubectl.run("east", "-n", NAMESPACE, "rollout", "status", ISTIOD, "--timeout=120s");
        World.eventually().untilAsserted(() -> assertThat(workloads()).isEqualTo(both()));
    }

    /// Each cluster's client reaches the pods of both, each side shows its identity.
    @Test
    void callsBetweenClustersAreMutuallyAuthenticated() {
        for (String cluster : CLUSTERS) {
            Set<String> answered = new TreeSet<>();
            World.eventually().untilAsserted(() -> {
                Ran ran = client(cluster).run("curl", "-sS", "-m", "5", WEB);
                assertThat(ran.out())
                        .as(ran.all())
                        .contains("By=spiffe://meshed.vl3.internal/ns/meshed/sa/web")
                        .contains("URI=spiffe://meshed.vl3.internal/ns/meshed/sa/client");
                CLUSTERS.stream()
                        .filter(one -> ran.out().contains(web(one).name()))
                        .forEach(answered::add);
                assertThat(answered).as("clusters that have answered").containsAll(CLUSTERS);
            });
        }
    }

    @Test
    void whoHasNoSidecarIsRefused() {
        for (String cluster : CLUSTERS) {
            for (String other : CLUSTERS) {
                World.eventually().untilAsserted(() -> {
                    Ran ran = world.pod(cluster, DOMAIN, "bare")
                            .run("curl", "-sS", "-m", "5", "http://" + address(other) + ":8080/debug");
                    assertThat(ran.all()).contains("reset by peer");
                });
            }
        }
    }

    /// What a user writes in one cluster counts in the whole mesh, is said on it, and goes with it.
    @Test
    void whatIsWrittenInWestCountsInEast() {
        write("west", "teapot.yaml", Map.of("status", "418"));
        awaitAnswer("east", "418", "-H", "wants: teapot", WEB);
        awaitAnswer("east", "200", WEB);
        awaitConditions(
                "west",
                "teapot.yaml",
                (name, condition) -> assertThat(condition)
                        .as(name)
                        .containsEntry("status", "True")
                        .containsEntry("reason", "InForce"));
        delete("west", "teapot.yaml");
        awaitAnswer("east", "200", "-H", "wants: teapot", WEB);
    }

    /// Of two of the same name the older one counts, and the other one says so, until the older one is gone.
    @Test
    void ofTheSameInTwoClustersTheOlderCounts() throws InterruptedException {
        write("west", "teapot.yaml", Map.of("status", "418"));
        awaitConditions(
                "west", "teapot.yaml", (_, condition) -> assertThat(condition).containsEntry("status", "True"));
        TimeUnit.SECONDS.sleep(1); // ages are seconds
        write("east", "teapot.yaml", Map.of("status", "503"));
        awaitConditions(
                "east",
                "teapot.yaml",
                (_, condition) -> assertThat(condition)
                        .containsEntry("status", "False")
                        .containsEntry("reason", "Conflict")
                        .hasEntrySatisfying(
                                "message",
                                message -> assertThat(message.toString()).contains("cluster west")));
        awaitAnswer("east", "418", "-H", "wants: teapot", WEB);
        delete("west", "teapot.yaml");
        awaitAnswer("east", "503", "-H", "wants: teapot", WEB);
        awaitConditions(
                "east", "teapot.yaml", (_, condition) -> assertThat(condition).containsEntry("status", "True"));
        delete("east", "teapot.yaml");
    }

    @Test
    void aPolicyNamesCallersOfOtherClusters() {
        awaitAnswer("east", "200", WEB_SECRET);
        write("west", "deny.yaml", Map.of());
        for (String cluster : CLUSTERS) {
            awaitAnswer(cluster, "403", WEB_SECRET);
            awaitAnswer(cluster, "200", WEB);
        }
        kubectl.run("east", "-n", NAMESPACE, "rollout", "restart", ISTIOD);
        kubectl.run("east", "-n", NAMESPACE, "rollout", "status", ISTIOD, "--timeout=120s");
        for (int i = 0; i < 20; i++) {
            assertThat(answer("east", WEB_SECRET)).as("with a new istiod").isEqualTo("403");
        }
        delete("west", "deny.yaml");
        awaitAnswer("east", "200", WEB_SECRET);
    }

    /// The real istiod is asked, and what it says stands on the object.
    @Test
    void everyKindIsTakenOrRefusedWithTheReason() {
        for (String cluster : CLUSTERS) {
            write(cluster, "every-kind.yaml", Map.of());
            awaitConditions(
                    cluster,
                    "every-kind.yaml",
                    (name, condition) -> assertThat(condition).as(name).containsEntry("status", "True"));
            delete(cluster, "every-kind.yaml");
        }
        write("west", "refused.yaml", Map.of());
        awaitConditions(
                "west",
                "refused.yaml",
                (name, condition) -> assertThat(condition).as(name).containsEntry("status", "False"));
        for (GenericKubernetesResource object : objects("west", "refused.yaml")) {
            assertThat(condition(object).getOrDefault("message", "").toString())
                    .as(object.getKind() + " " + object.getMetadata().getName())
                    .contains(object.getMetadata().getAnnotations().get("wrong"));
        }
        assertThat(configs("VirtualService")).as("istiod has none of them").doesNotContainKey("meshed/refused");
        delete("west", "refused.yaml");
    }

    /// Their virtual addresses tell services by TCP apart, which say nothing else of whom they mean.
    @Test
    void servicesByTcpMayShareAPort() {
        write("east", "raw.yaml", Map.of("name", "first"));
        write("west", "raw.yaml", Map.of("name", "second"));
        for (String cluster : CLUSTERS) {
            for (String name : List.of("first", "second")) {
                World.eventually().untilAsserted(() -> {
                    Ran ran = client(cluster)
                            .run("socat", "-T", "3", "-u", "TCP:" + name + ".meshed.svc.meshed.vl3.internal:7000", "-");
                    assertThat(ran.out().strip()).as(cluster + ": " + ran.all()).isEqualTo(name);
                });
                assertThat(client(cluster)
                                .run("dig", "+short", name + ".meshed.svc.meshed.vl3.internal")
                                .out())
                        .as("in the domain's range for services")
                        .startsWith("172.28.24");
            }
        }
        assertThat(world.pod("east", DOMAIN, "bare")
                        .run("dig", "+short", "second.meshed.svc.meshed.vl3.internal")
                        .out()
                        .strip())
                .as("who has no sidecar is told the pods")
                .isEqualTo(world.pod("west", DOMAIN, "second").address(DOMAIN, IpFamily.V4));
    }

    private void write(String cluster, String file, Map<String, String> values) {
        world.apply(cluster, MeshST.class, file, values);
    }

    private List<GenericKubernetesResource> objects(String cluster, String file) {
        KubernetesClient client = world.client(cluster);
        String text = World.text(MeshST.class, file).replace("${status}", "418");
        return client.load(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))).items().stream()
                .map(item -> client.resource(item).get())
                .map(GenericKubernetesResource.class::cast)
                .toList();
    }

    private void delete(String cluster, String file) {
        objects(cluster, file)
                .forEach(object -> world.client(cluster).resource(object).delete());
    }

    private static Map<String, Object> condition(GenericKubernetesResource object) {
        List<Map<String, Object>> conditions =
                Objects.requireNonNullElse(object.get("status", "conditions"), List.<Map<String, Object>>of());
        return conditions.stream()
                .filter(one -> "vl3mesh.dev/meshed".equals(one.get("type")))
                .findFirst()
                .orElse(Map.of());
    }

    private void awaitConditions(String cluster, String file, BiConsumer<String, Map<String, Object>> asserted) {
        World.eventually()
                .untilAsserted(() -> objects(cluster, file)
                        .forEach(object -> asserted.accept(
                                cluster + ": " + object.getKind() + " "
                                        + object.getMetadata().getName(),
                                condition(object))));
    }

    private String answer(String cluster, String... words) {
        List<String> command =
                new ArrayList<>(List.of("curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}"));
        command.addAll(List.of(words));
        return client(cluster).run(command.toArray(String[]::new)).out();
    }

    private void awaitAnswer(String cluster, String status, String... words) {
        World.eventually()
                .untilAsserted(() -> assertThat(answer(cluster, words))
                        .as(cluster + ": curl " + String.join(" ", words))
                        .isEqualTo(status));
    }
}
