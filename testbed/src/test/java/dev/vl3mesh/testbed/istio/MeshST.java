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
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
        assertThat(entries).containsKeys("meshed/vl3-web", "vl3-meshed/istiod-meshed");
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
                Ran ran = client(cluster)
                        .run("curl", "-sS", "-m", "5", "http://web.meshed.svc.meshed.vl3.internal/debug");
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
}
