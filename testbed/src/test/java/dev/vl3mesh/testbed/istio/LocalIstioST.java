package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A cluster that has an Istio of its own, as Istio's chart installs it, under STRICT: its pods may be in a
/// domain's mesh too, without a word about the other one in either. And the domain's sidecars are what
/// Istio's own injector would make, but for what is said here.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalIstioST {
    private static final String STOCK = "stock";
    private static final String BOTH = "both";

    private final MeshWorld mesh;
    private final World world;

    LocalIstioST(Lab lab) {
        this.mesh = new MeshWorld(lab);
        this.world = mesh.world();
    }

    @BeforeAll
    void makeTheWorld() {
        mesh.make();
        mesh.istio().installLocal("east");
        world.namespace("east", STOCK, Map.of("istio-injection", "enabled"));
        world.namespace("east", BOTH, Map.of("istio-injection", "enabled", "vl3mesh.dev/domains", MeshWorld.DOMAIN));
        mesh.write("east", "local.yaml", Map.of("namespace", STOCK));
        mesh.write("east", "local.yaml", Map.of("namespace", BOTH));
        World.awaitReady(web(STOCK));
        World.awaitReady(web(BOTH));
    }

    @AfterAll
    void leaveNothingBehind() {
        mesh.istio().uninstallLocal("east");
        mesh.close();
    }

    private TestPod web(String namespace) {
        return world.pod("east", namespace, "web");
    }

    private static void awaitIdentities(TestPod caller, String url, String by, String uri) {
        World.eventually().untilAsserted(() -> {
            Ran ran = caller.run("curl", "-sS", "-m", "5", url);
            assertThat(ran.out()).as(ran.all()).contains("By=spiffe://" + by).contains("URI=spiffe://" + uri);
        });
    }

    @Test
    void inItsClustersMeshItCallsAndIsCalled() {
        awaitIdentities(
                web(BOTH),
                "http://web.stock.svc.cluster.local/debug",
                "cluster.local/ns/stock/sa/default",
                "cluster.local/ns/both/sa/default");
        awaitIdentities(
                web(STOCK),
                "http://web.both.svc.cluster.local/debug",
                "cluster.local/ns/both/sa/default",
                "cluster.local/ns/stock/sa/default");
    }

    @Test
    void inTheDomainsMeshItCallsAndIsCalled() {
        awaitIdentities(
                web(BOTH),
                MeshWorld.WEB,
                "meshed.vl3.internal/ns/meshed/sa/web",
                "meshed.vl3.internal/ns/both/sa/default");
        for (String cluster : MeshWorld.CLUSTERS) {
            awaitIdentities(
                    mesh.client(cluster),
                    "http://web.both.svc.meshed.vl3.internal/debug",
                    "meshed.vl3.internal/ns/both/sa/default",
                    "meshed.vl3.internal/ns/meshed/sa/client");
        }
    }

    /// Each has a door of its own: nobody comes in by the other one's, or past both.
    @Test
    void whoIsInNeitherIsRefusedByBoth() {
        TestPod bare = world.pod("east", MeshWorld.DOMAIN, "bare");
        String address = web(BOTH).get().getStatus().getPodIP();
        String inDomain = web(BOTH).address(MeshWorld.DOMAIN, IpFamily.V4);
        for (String target : new String[] {address, inDomain}) {
            assertThat(bare.run("curl", "-sS", "-m", "5", "http://" + target + ":8080/debug")
                            .all())
                    .contains("reset by peer");
        }
    }

    /// Which roots are told in ConfigMaps, and when these were last written.
    private Map<String, String> roots() {
        return world.client("east").configMaps().inAnyNamespace().list().getItems().stream()
                .filter(map -> map.getData() != null && map.getData().containsKey("root-cert.pem"))
                .collect(Collectors.toMap(
                        map -> map.getMetadata().getNamespace() + "/"
                                + map.getMetadata().getName(),
                        map -> map.getMetadata().getResourceVersion()));
    }

    /// They are two istiods in one cluster, and neither writes over what the other one has written.
    @Test
    void nobodyFightsOverRoots() throws InterruptedException {
        Map<String, String> before = roots();
        TimeUnit.SECONDS.sleep(10);
        assertThat(roots()).isEqualTo(before);
        assertThat(before).containsKey("stock/istio-ca-root-cert");
    }

    /// A pod as admission would store it.
    private Pod injected(String namespace, String file, int index) {
        KubernetesClient client = world.client("east");
        String text = World.text(LocalIstioST.class, file).replace("${namespace}", namespace);
        Pod pod = client.load(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))).items().stream()
                .map(Pod.class::cast)
                .toList()
                .get(index);
        return client.resource(pod).dryRun().create();
    }

    /// What the explanations below do not cover is a mistake, and so is an explanation of what does not
    /// differ.
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aDomainsSidecarIsWhatIstiosOwnInjectorMakesButFor(int index) {
        Map<String, String> stock = InjectedSidecar.facts(
                injected(STOCK, "injected.yaml", index),
                "istio-proxy",
                Map.of("namespaces/" + STOCK, "namespaces/its"));
        Map<String, String> ours = InjectedSidecar.facts(
                injected(MeshWorld.DOMAIN, "injected.yaml", index),
                "istio-proxy-meshed",
                Map.of("meshed.vl3.internal", "cluster.local", "namespaces/meshed", "namespaces/its"));
        Map<String, String> different = new TreeMap<>();
        Stream.concat(stock.keySet().stream(), ours.keySet().stream())
                .filter(key -> !Objects.equals(stock.get(key), ours.get(key)))
                .forEach(key -> different.put(key, stock.get(key) + " is " + ours.get(key)));
        Set<String> explained = new TreeSet<>(explanations().keySet());
        assertThat(different.keySet()).as(different.toString()).isEqualTo(explained);
    }

    private static Map<String, String> explanations() {
        Map<String, String> why = new TreeMap<>();
        List.of("env/CA_ADDR", "env/ISTIOD_SAN", "proxyConfig/discoveryAddress")
                .forEach(key -> why.put(key, "istiod is reached by the node's relay, by its address"));
        List.of(
                        "env/ENVOY_PROMETHEUS_PORT",
                        "env/ENVOY_STATUS_PORT",
                        "ports/0/containerPort",
                        "probe/readiness/httpGet/port",
                        "probe/startup/httpGet/port",
                        "proxyConfig/proxyAdminPort",
                        "proxyConfig/statusPort",
                        "security/runAsGroup",
                        "security/runAsUser")
                .forEach(key -> why.put(key, "ports and users follow from the slot, beside the cluster's own"));
        List.of("env/INSTANCE_IP", "env/INSTANCE_IP/fieldRef/apiVersion", "env/INSTANCE_IP/fieldRef/fieldPath")
                .forEach(key -> why.put(key, "its address in the domain, known before the pod starts"));
        why.put("env/ISTIO_DUAL_STACK", "domains have IPv6 too");
        why.put("env/ISTIO_META_CLUSTER_ID", "to its istiod the domain is one cluster");
        why.put("label/istio-locality", "where its cluster's nodes say nothing");
        why.put("label/security.istio.io/tlsMode", "would speak for it in its cluster's own mesh: endpoints have it");
        why.put("label/vl3mesh.dev/attached", "vl3mesh's own");
        why.put("label/vl3mesh.dev/workload", "vl3mesh's own");
        for (int i = 0; i < 5; i++) {
            why.put(
                    "lifecycle/preStop/exec/command/" + i,
                    "Istio's agent drains when it is told to end; to be asked by `pilot-agent request` it takes its own"
                            + " ports alone");
        }
        why.put("mount/etc/istio/pod readOnly", "nobody needs to write there");
        why.put("mount/var/run/secrets/istio readOnly", "nobody needs to write there");
        why.put("mount/var/run/secrets/tokens readOnly", "nobody needs to write there");
        why.put(
                "mount/etc/istio/pod/downwardAPI/items/1/fieldRef/fieldPath",
                "of the pod's annotations those it reads");
        String root = "mount/var/run/secrets/istio/";
        List.of(
                        root + "configMap/defaultMode",
                        root + "configMap/name",
                        root + "downwardAPI/defaultMode",
                        root + "downwardAPI/items/0/fieldRef/apiVersion",
                        root + "downwardAPI/items/0/fieldRef/fieldPath",
                        root + "downwardAPI/items/0/path")
                .forEach(key -> why.put(key, "the root comes with the pod, no ConfigMap is written everywhere"));
        List.of(root + "crl/configMap/defaultMode", root + "crl/configMap/name", root + "crl/configMap/optional")
                .forEach(key -> why.put(key, "certificates live a day, there is no list of revoked ones"));
        why.put(
                "mount/var/run/secrets/tokens/projected/sources/0/serviceAccountToken/audience",
                "no other mesh takes the token");
        why.put("security/seccompProfile/type", "Pod Security `restricted` asks for it");
        return why;
    }
}
