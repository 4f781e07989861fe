package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.testbed.fixture.Capture;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/// A mesh comes about in whatever order its parts come, and follows what comes late, goes, and comes back.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MeshOrderST {
    private final Lab lab;
    private final MeshWorld mesh;

    /// One line of `pilot_xds_pushes`, of what was taken and not refused.
    private static final Pattern PUSHES = Pattern.compile("pilot_xds_pushes\\{type=\"(\\w+)\"} (\\S+)");

    MeshOrderST(Lab lab) {
        this.lab = lab;
        this.mesh = new MeshWorld(lab);
    }

    /// Pods first: they wait for their sidecars, which wait for an istiod, and then need nobody's help.
    @BeforeAll
    void makeTheWorldPodsFirst() {
        mesh.makeDomain();
        mesh.makePods();
        for (String cluster : MeshWorld.CLUSTERS) {
            World.eventually()
                    .untilAsserted(() -> assertThat(
                                    mesh.client(cluster).get().getStatus().getInitContainerStatuses())
                            .filteredOn(status -> status.getName().equals("istio-proxy-meshed"))
                            .extracting(ContainerStatus::getStarted)
                            .containsExactly(false));
        }
        mesh.installIstiod();
        mesh.awaitPods();
        MeshWorld.CLUSTERS.forEach(cluster -> mesh.awaitAnswer(cluster, "200", MeshWorld.WEB));
    }

    @AfterAll
    void leaveNothingBehind() {
        mesh.close();
    }

    /// For sidecars that run already, in both clusters; and by its own address also while nobody is behind
    /// it.
    @Test
    void aServiceMayComeLateAndBeLeftAndGo() {
        String late = "http://late.meshed.svc.meshed.vl3.internal/debug";
        mesh.write("west", "late.yaml", Map.of());
        for (String cluster : MeshWorld.CLUSTERS) {
            World.eventually().untilAsserted(() -> {
                Ran ran = mesh.client(cluster).run("curl", "-sS", "-m", "5", late);
                assertThat(ran.out())
                        .as(ran.all())
                        .contains(mesh.web("west").name())
                        .contains("By=spiffe://meshed.vl3.internal/ns/meshed/sa/web");
            });
        }
        mesh.web("west").run("rm", "/tmp/ready");
        MeshWorld.CLUSTERS.forEach(cluster -> mesh.awaitAnswer(cluster, "503", late));
        mesh.web("west").run("touch", "/tmp/ready");
        MeshWorld.CLUSTERS.forEach(cluster -> mesh.awaitAnswer(cluster, "200", late));
        mesh.delete("west", "late.yaml");
        // nobody knows the name then
        MeshWorld.CLUSTERS.forEach(cluster -> mesh.awaitAnswer(cluster, "000", late));
    }

    private List<String> istiods() {
        return mesh.world().pods("east", MeshWorld.NAMESPACE, "app", "istiod").stream()
                .map(TestPod::name)
                .toList();
    }

    /// In whatever order it tells it.
    private Set<JsonNode> configuration(String istiod) {
        Commands.Result result = mesh.kubectl()
                .exec("east", MeshWorld.NAMESPACE, istiod, "pilot-discovery", "request", "GET", "/debug/configz");
        assertThat(result.ok()).as(result.output()).isTrue();
        try {
            Set<JsonNode> configs = new HashSet<>();
            new ObjectMapper()
                    .readTree(result.output().substring(result.output().indexOf("[{")))
                    .forEach(configs::add);
            return configs;
        } catch (IOException e) {
            throw new AssertionError(result.output(), e);
        }
    }

    /// How often istiod has pushed, by kind of what it pushes, as its metrics count it.
    private Map<String, Double> pushes() {
        Commands.Result result = mesh.kubectl()
                .exec(
                        "east",
                        MeshWorld.NAMESPACE,
                        istiods().getFirst(),
                        "pilot-discovery",
                        "request",
                        "GET",
                        "/metrics");
        assertThat(result.ok()).as(result.output()).isTrue();
        Map<String, Double> pushes = new TreeMap<>();
        Matcher line = PUSHES.matcher(result.output());
        while (line.find()) {
            pushes.merge(line.group(1), Double.parseDouble(line.group(2)), Double::sum);
        }
        return pushes;
    }

    /// Neither clusters nor listeners nor routes are pushed for it, but to the pod's own sidecar, once for each of two
    /// changes: to istiod it is another proxy then. Four sidecars and more are connected.
    @Test
    void aReadinessChangeIsAChangeOfEndpointsAndNoMore() {
        World.eventually().until(() -> istiods().size() == 1);
        AtomicReference<Map<String, Double>> last = new AtomicReference<>(Map.of());
        World.eventually().pollInterval(Duration.ofSeconds(3)).until(() -> pushes().equals(last.getAndSet(pushes())));
        Map<String, Double> before = pushes();
        mesh.web("west").run("rm", "/tmp/ready");
        World.eventually()
                .untilAsserted(() ->
                        assertThat(pushes().getOrDefault("eds", 0.0)).isGreaterThan(before.getOrDefault("eds", 0.0)));
        mesh.web("west").run("touch", "/tmp/ready");
        double once = pushes().getOrDefault("eds", 0.0);
        World.eventually()
                .untilAsserted(
                        () -> assertThat(pushes().getOrDefault("eds", 0.0)).isGreaterThan(once));
        for (String kind : List.of("cds", "lds", "rds")) {
            double counted = before.getOrDefault(kind, 0.0);
            assertThat(counted).as(kind).isPositive();
            assertThat(pushes().getOrDefault(kind, 0.0)).as(kind).isBetween(counted, counted + 2);
        }
    }

    /// And sidecars spread over them, and go over to the other one when theirs is killed.
    @Test
    void severalIstiodsSayTheSame() {
        mesh.kubectl().run("east", "-n", MeshWorld.NAMESPACE, "scale", MeshWorld.ISTIOD, "--replicas=2");
        mesh.awaitIstiod();
        World.eventually().until(() -> istiods().size() == 2);
        World.eventually()
                .untilAsserted(() -> assertThat(
                                istiods().stream().map(this::configuration).collect(Collectors.toSet()))
                        .hasSize(1));
        List<String> both = istiods();
        mesh.kubectl().run("east", "-n", MeshWorld.NAMESPACE, "scale", MeshWorld.ISTIOD, "--replicas=1");
        World.eventually().until(() -> istiods().size() == 1);
        assertThat(both).containsAll(istiods());
        World.eventually().untilAsserted(() -> {
            Membership.Answer status = mesh.ctl("east", "mesh", "status", MeshWorld.DOMAIN);
            assertThat(status.out()).as(status.err()).startsWith("mesh of domain meshed: well");
        });
    }

    /// Of a request between clusters nothing is to be read on the way. What a pod without a sidecar sends
    /// is: so the capture is one.
    @Test
    void nothingIsPlainBetweenTheNodes() throws InterruptedException {
        String secret = UUID.randomUUID().toString();
        String open = UUID.randomUUID().toString();
        mesh.write("east", "split.yaml", Map.of());
        World.eventually()
                .untilAsserted(() -> assertThat(mesh.client("east")
                                .sh("for i in 1 2 3 4 5 6 7 8; do curl -s -m 5 " + MeshWorld.WEB + "; done")
                                .out())
                        .contains(mesh.web("west").name()));
        Capture capture = Capture.start(lab.cluster("east"));
        mesh.client("east")
                .sh("for i in $(seq 20); do curl -s -m 5 -H 'secret: " + secret + "' " + MeshWorld.WEB + "; done");
        mesh.world()
                .pod("east", MeshWorld.DOMAIN, "bare")
                .sh("echo $1 | nc -u -w 1 $2 8078", open, mesh.address("west"));
        String found = capture.end(secret, open);
        assertThat(found.lines()).isNotEmpty().containsOnly(open);
        mesh.delete("east", "split.yaml");
    }

    private void patch(String istio) {
        mesh.kubectl()
                .run(
                        "east",
                        "patch",
                        "domain",
                        MeshWorld.DOMAIN,
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"mesh\":{\"istio\":" + istio + "}}}");
    }

    /// The sidecars that a control plane serves, by its own word.
    private String served(String revision) {
        return mesh.kubectl()
                .exec(
                        "east",
                        MeshWorld.NAMESPACE,
                        "deploy/istiod-" + revision,
                        "pilot-discovery",
                        "request",
                        "GET",
                        "/debug/syncz")
                .output();
    }

    /// A second revision, first for one pod by its label, then for all, and the first one goes: no call
    /// fails.
    @Test
    @Order(Integer.MAX_VALUE)
    void istiodIsUpgradedByACanary() throws InterruptedException {
        List<MeshCalls> callers = MeshWorld.CLUSTERS.stream()
                .map(cluster -> new MeshCalls(mesh.client(cluster), MeshWorld.WEB, "200"))
                .toList();
        MeshCalls.noneFailsWhile(
                () -> {
                    patch("{\"canary\":{\"revision\":\"" + MeshWorld.CANARY
                            + "\",\"proxyImage\":\"vl3mesh/proxyv2:dev\"}}");
                    mesh.istio().installCanary(MeshWorld.DOMAIN, MeshWorld.NAMESPACE, MeshWorld.CANARY);
                    mesh.write("west", "canary.yaml", Map.of("revision", MeshWorld.CANARY));
                    World.awaitReady(mesh.world().pod("west", MeshWorld.DOMAIN, "canary"));
                    assertThat(served(MeshWorld.CANARY))
                            .contains("canary.meshed")
                            .doesNotContain("client.meshed");
                    assertThat(served(MeshWorld.DOMAIN))
                            .contains("client.meshed")
                            .doesNotContain("canary.meshed");
                    patch("{\"revision\":\"" + MeshWorld.CANARY + "\",\"canary\":null}");
                    mesh.istio().remove(MeshWorld.NAMESPACE, MeshWorld.DOMAIN);
                    World.eventually()
                            .untilAsserted(() ->
                                    assertThat(served(MeshWorld.CANARY)).contains("canary.meshed", "client.meshed"));
                },
                10,
                callers);
        mesh.write("west", "teapot.yaml", Map.of("status", "418"));
        mesh.awaitAnswer("east", "418", "-H", "wants: teapot", MeshWorld.WEB);
        mesh.awaitConditions(
                "west", "teapot.yaml", (_, condition) -> assertThat(condition).containsEntry("status", "True"));
    }
}
