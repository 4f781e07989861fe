package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A domain with a mesh, its control plane at home, and in each cluster who serves, who calls, and who has no
/// sidecar.
final class MeshWorld implements AutoCloseable {
    static final String DOMAIN = "meshed";
    static final String NAMESPACE = "vl3-meshed";
    static final String CANARY = "meshed-next";
    static final String ISTIOD = "deploy/istiod-meshed";
    static final List<String> CLUSTERS = List.of("east", "west");
    static final String WEB = "http://web.meshed.svc.meshed.vl3.internal/debug";
    static final String WEB_SECRET = "http://web.meshed.svc.meshed.vl3.internal/secret";

    private final Carrier carrier;
    private final World world;
    private final Kubectl kubectl;
    private final IstioInstallation istio;
    private final Membership membership;

    MeshWorld(Lab lab) {
        this(lab, Carrier.VXLAN);
    }

    MeshWorld(Lab lab, Carrier carrier) {
        this.carrier = carrier;
        Progress progress = new Progress(System.out, false);
        this.world = new World(lab);
        this.kubectl = new Kubectl(LabPaths.of(System.getenv()), new Commands(progress));
        this.istio = new IstioInstallation(lab, progress);
        this.membership = new Membership(lab.kubeconfig(), progress);
    }

    World world() {
        return world;
    }

    Kubectl kubectl() {
        return kubectl;
    }

    IstioInstallation istio() {
        return istio;
    }

    /// Runs vl3ctl.
    Membership.Answer ctl(String cluster, String... words) {
        return membership.ctl(cluster, words);
    }

    void make() {
        makeDomain();
        installIstiod();
        makePods();
        awaitPods();
    }

    void makeDomain() {
        world.domain(DOMAIN, MeshWorld.class, "domain.yaml", Map.of("carrier", carrier.word()));
    }

    void installIstiod() {
        istio.install(DOMAIN, NAMESPACE, DOMAIN);
        world.apply("east", MeshWorld.class, "strict.yaml", Map.of());
    }

    void makePods() {
        world.namespaceEverywhere(DOMAIN, Map.of("vl3mesh.dev/domains", DOMAIN));
        CLUSTERS.forEach(
                cluster -> world.apply(cluster, MeshWorld.class, "web.yaml", Map.of("version", "of-" + cluster)));
        CLUSTERS.forEach(cluster -> world.apply(cluster, MeshWorld.class, "client.yaml", Map.of()));
    }

    void awaitPods() {
        CLUSTERS.forEach(cluster -> {
            World.awaitReady(web(cluster));
            World.awaitReady(client(cluster));
        });
    }

    @Override
    public void close() {
        istio.uninstall(NAMESPACE, DOMAIN, CANARY);
        world.close();
    }

    /// Restarts the control plane's Deployment, and waits until the new one serves.
    void renewIstiod() {
        kubectl.run("east", "-n", NAMESPACE, "rollout", "restart", ISTIOD);
        awaitIstiod();
    }

    /// Waits until the control plane serves.
    void awaitIstiod() {
        kubectl.run("east", "-n", NAMESPACE, "rollout", "status", ISTIOD, "--timeout=120s");
    }

    TestPod web(String cluster) {
        return World.eventually()
                .until(() -> world.pods(cluster, DOMAIN, "app", "web"), pods -> pods.size() == 1)
                .getFirst();
    }

    TestPod client(String cluster) {
        return world.pod(cluster, DOMAIN, "client");
    }

    String address(String cluster) {
        return web(cluster).address(DOMAIN, IpFamily.V4);
    }

    void write(String cluster, String file, Map<String, String> values) {
        world.apply(cluster, MeshWorld.class, file, values);
    }

    private List<HasMetadata> items(String cluster, String file) {
        String text = World.text(MeshWorld.class, file).replaceAll("\\$\\{\\w+\\}", "0");
        return world.client(cluster)
                .load(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                .items();
    }

    /// Istio's objects of a file, as they are now.
    List<GenericKubernetesResource> objects(String cluster, String file) {
        return items(cluster, file).stream()
                .map(item -> world.client(cluster).resource(item).get())
                .map(GenericKubernetesResource.class::cast)
                .toList();
    }

    void delete(String cluster, String file) {
        items(cluster, file)
                .forEach(item -> world.client(cluster).resource(item).delete());
    }

    static Map<String, Object> condition(GenericKubernetesResource object) {
        List<Map<String, Object>> conditions =
                Objects.requireNonNullElse(object.get("status", "conditions"), List.<Map<String, Object>>of());
        return conditions.stream()
                .filter(one -> "vl3mesh.dev/meshed".equals(one.get("type")))
                .findFirst()
                .orElse(Map.of());
    }

    void awaitConditions(String cluster, String file, BiConsumer<String, Map<String, Object>> asserted) {
        World.eventually()
                .untilAsserted(() -> objects(cluster, file)
                        .forEach(object -> asserted.accept(
                                cluster + ": " + object.getKind() + " "
                                        + object.getMetadata().getName(),
                                condition(object))));
    }

    String answer(String cluster, String... words) {
        List<String> command =
                new ArrayList<>(List.of("curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}"));
        command.addAll(List.of(words));
        return client(cluster).run(command.toArray(String[]::new)).out();
    }

    void awaitAnswer(String cluster, String status, String... words) {
        World.eventually()
                .untilAsserted(() -> assertThat(answer(cluster, words))
                        .as(cluster + ": curl " + String.join(" ", words))
                        .isEqualTo(status));
    }

    /// Says which endpoints callers of the service prefer, in west.
    void prefer(@Nullable String distribution) {
        world.client("west").services().inNamespace(DOMAIN).withName("web").edit(service -> {
            service.getSpec().setTrafficDistribution(distribution);
            return service;
        });
    }
}
