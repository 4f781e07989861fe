package dev.vl3mesh.injector.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.injector.allocate.Allocation;
import dev.vl3mesh.injector.allocate.Allocation.Place;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/// What admission makes of a pod: the patch is applied as an API server would.
class PatchPlannerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final PatchPlanner planner = new PatchPlanner(
            new KubeClusterName("east"),
            new WaitGate("vl3mesh/wait:dev", "IfNotPresent"),
            new PodDns(IpAddress.parse("10.96.0.10"), "cluster.local"));

    private static Allocation allocation() {
        SequencedMap<DomainName, Place> places = new LinkedHashMap<>();
        places.put(
                new DomainName("red"),
                new Place(
                        List.of(IpAddress.parse("172.16.3.7"), IpAddress.parse("fd00:16::3:7")),
                        List.of(IpAddress.parse("172.16.0.1"), IpAddress.parse("fd00:16::1"))));
        places.put(
                new DomainName("green"),
                new Place(List.of(IpAddress.parse("172.17.0.2")), List.of(IpAddress.parse("172.17.0.1"))));
        return new Allocation(places);
    }

    private static PodBuilder pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("cart")
                .endMetadata()
                .withNewSpec()
                .withContainers(container("main"))
                .endSpec();
    }

    private static Container container(String name) {
        return new ContainerBuilder().withName(name).withImage("image").build();
    }

    private Pod admitted(Pod pod) {
        return admitted(pod, new LinkedHashMap<>());
    }

    private Pod admitted(Pod pod, SequencedMap<DomainName, SidecarTemplate> sidecars) {
        try {
            JsonNode before = JSON.valueToTree(pod);
            return JSON.treeToValue(
                    JsonPatch.apply(
                            planner.plan(pod, allocation(), "claim", sidecars, List.of(new DomainName("green"))),
                            before),
                    Pod.class);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static Container gate(Pod pod) {
        return pod.getSpec().getInitContainers().getFirst();
    }

    @Test
    void aPodIsToldItsAddressesAndWaitsForThem() {
        Pod pod = admitted(pod().build());
        assertThat(pod.getMetadata().getAnnotations())
                .containsEntry(
                        Labels.ATTACHMENTS, "{\"red\":[\"172.16.3.7\",\"fd00:16::3:7\"],\"green\":[\"172.17.0.2\"]}")
                .containsEntry(Labels.CLAIM, "claim")
                .containsEntry("kubectl.kubernetes.io/default-container", "main");
        assertThat(pod.getMetadata().getLabels()).containsExactly(Map.entry(Labels.ATTACHED, "true"));
        assertThat(gate(pod).getName()).isEqualTo("vl3-wait");
        assertThat(gate(pod).getEnv().getFirst().getValue())
                .isEqualTo("vl3-red=172.16.3.7,fd00:16::3:7;vl3-green=172.17.0.2");
    }

    @Test
    void admittedOnceMoreItStaysAsItIs() {
        Pod once = admitted(pod().editMetadata()
                .addToLabels("app", "cart")
                .addToAnnotations("a/b~c", "d")
                .endMetadata()
                .build());
        assertThat(planner.plan(once, allocation(), "claim", new LinkedHashMap<>(), List.of()))
                .isEmpty();
        assertThat(once.getMetadata().getAnnotations()).containsEntry("a/b~c", "d");
        assertThat(once.getMetadata().getLabels()).containsEntry("app", "cart");
    }

    @Test
    void theGateIsFirstWhoeverComesBeforeIt() {
        Pod pod = admitted(
                pod().editSpec().addToInitContainers(container("own")).endSpec().build());
        assertThat(pod.getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly("vl3-wait", "own");
        pod.getSpec().getInitContainers().addFirst(container("another"));
        assertThat(admitted(pod).getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly("vl3-wait", "another", "own");
    }

    @Test
    void aGateThatSomebodySpoiledIsPutRight() {
        Pod pod = admitted(pod().build());
        gate(pod).setImage("theirs");
        assertThat(gate(admitted(pod)).getImage()).isEqualTo("vl3mesh/wait:dev");
        gate(pod).setImage("vl3mesh/wait:dev");
        gate(pod).setCommand(List.of("true"));
        assertThat(gate(admitted(pod)).getCommand()).isEmpty();
    }

    @Test
    void theGateKeepsThePodsQualityOfService() {
        assertThat(gate(admitted(pod().build())).getResources().getLimits()).isNullOrEmpty();
        Map<String, Quantity> amounts = Map.of("cpu", new Quantity("1"), "memory", new Quantity("1Gi"));
        Pod guaranteed = admitted(pod().editSpec()
                .editFirstContainer()
                .withNewResources()
                .withLimits(amounts)
                .endResources()
                .endContainer()
                .endSpec()
                .build());
        assertThat(gate(guaranteed).getResources().getLimits())
                .containsOnlyKeys("cpu", "memory")
                .isEqualTo(gate(guaranteed).getResources().getRequests());
    }

    @Test
    void namesAreAskedForInTheDomainsFirstAndOfTheClusterThen() {
        Pod pod = admitted(pod().editSpec()
                .withNewDnsConfig()
                .addToNameservers("192.0.2.53")
                .addToSearches("example.org")
                .addNewOption("ndots", "2")
                .endDnsConfig()
                .endSpec()
                .build());
        assertThat(pod.getSpec().getDnsPolicy()).isEqualTo("None");
        assertThat(pod.getSpec().getDnsConfig().getNameservers())
                .as("resolvers ask three")
                .containsExactly("172.16.0.1", "172.17.0.1", "10.96.0.10");
        assertThat(pod.getSpec().getDnsConfig().getSearches())
                .containsExactly(
                        "shop.svc.green.vl3.internal",
                        "svc.green.vl3.internal",
                        "shop.svc.cluster.local",
                        "svc.cluster.local",
                        "cluster.local",
                        "example.org");
        assertThat(pod.getSpec().getDnsConfig().getOptions())
                .singleElement()
                .satisfies(option -> assertThat(option.getValue()).isEqualTo("2"));
    }

    @Test
    void whoChoseAnotherDnsPolicyKeepsIt() {
        Pod pod = admitted(pod().editSpec().withDnsPolicy("Default").endSpec().build());
        assertThat(pod.getSpec().getDnsPolicy()).isEqualTo("Default");
        assertThat(pod.getSpec().getDnsConfig()).isNull();
    }

    private static SequencedMap<DomainName, SidecarTemplate> sidecar(Pod pod) {
        return sidecar(pod, "");
    }

    private static SequencedMap<DomainName, SidecarTemplate> sidecar(Pod pod, String revision) {
        SequencedMap<DomainName, SidecarTemplate> sidecars = new LinkedHashMap<>();
        DomainName red = new DomainName("red");
        SidecarTemplate.Mesh mesh = new SidecarTemplate.Mesh(0, "proxyv2", "root", revision);
        sidecars.put(red, new SidecarTemplate(red, mesh, SidecarOptions.of(pod, false)));
        return sidecars;
    }

    @Test
    void aSidecarIsToldWhereItIs() {
        Pod plain = pod().build();
        assertThat(admitted(plain, sidecar(plain)).getMetadata().getLabels()).containsEntry(Labels.LOCALITY, "east");
        Pod own = pod().editMetadata()
                .addToLabels(Labels.LOCALITY, "far.away")
                .endMetadata()
                .build();
        assertThat(admitted(own, sidecar(own)).getMetadata().getLabels())
                .as("if its owner does not say")
                .containsEntry(Labels.LOCALITY, "far.away");
        assertThat(admitted(pod().build()).getMetadata().getLabels()).doesNotContainKey(Labels.LOCALITY);
    }

    /// Istio's agent makes headers of these.
    @Test
    void aCanarysSidecarSaysSo() {
        Pod pod = pod().build();
        assertThat(admitted(pod, sidecar(pod, "red-next"))
                        .getSpec()
                        .getInitContainers()
                        .get(1)
                        .getEnv())
                .filteredOn(one -> one.getName().contains("_HEADER_"))
                .extracting(one -> one.getName() + "=" + one.getValue())
                .containsExactly("XDS_HEADER_domain_revision=red-next", "CA_HEADER_domain_revision=red-next");
        assertThat(admitted(pod, sidecar(pod))
                        .getSpec()
                        .getInitContainers()
                        .get(1)
                        .getEnv())
                .noneMatch(one -> one.getName().contains("_HEADER_"));
    }

    @Test
    void aSidecarIsAsTheAnnotationsAsk() {
        Pod pod = pod().editMetadata()
                .addToLabels("app", "web")
                .addToAnnotations("sidecar.istio.io/logLevel", "debug")
                .addToAnnotations("sidecar.istio.io/statsCompression", "true")
                .addToAnnotations("proxy.istio.io/config", "{concurrency: 4, proxyMetadata: {OTHER: one}}")
                .addToAnnotations("sidecar.istio.io/userVolume", "{certs: {emptyDir: {}}}")
                .addToAnnotations("sidecar.istio.io/userVolumeMount", "{certs: {mountPath: /etc/certs}}")
                .endMetadata()
                .build();
        Pod admitted = admitted(pod, sidecar(pod));
        Container sidecar = admitted.getSpec().getInitContainers().get(1);
        assertThat(sidecar.getArgs()).contains("--proxyLogLevel=debug");
        assertThat(sidecar.getEnv())
                .anySatisfy(
                        one -> assertThat(one.getName() + "=" + one.getValue())
                                .isEqualTo(
                                        "PROXY_CONFIG={\"concurrency\":4,\"discoveryAddress\":\"172.16.0.1:15012\","
                                                + "\"proxyAdminPort\":15100,\"proxyMetadata\":{\"OTHER\":\"one\"},\"statusPort\":15120}"))
                .anySatisfy(
                        one -> assertThat(one.getName() + "=" + one.getValue()).isEqualTo("OTHER=one"));
        assertThat(sidecar.getVolumeMounts())
                .anySatisfy(mount -> assertThat(mount.getMountPath()).isEqualTo("/etc/certs"));
        assertThat(admitted.getSpec().getVolumes())
                .anySatisfy(volume -> assertThat(volume.getName()).isEqualTo("certs"));
        assertThat(admitted.getMetadata().getAnnotations())
                .containsEntry(
                        "vl3mesh.dev/mesh-annotations-red",
                        "sidecar.istio.io/statsCompression=\"true\"\n"
                                + "traffic.sidecar.istio.io/excludeInterfaces=\"eth0,vl3-green\"");
        assertThat(admitted.getMetadata().getLabels())
                .containsEntry("service.istio.io/canonical-name", "web")
                .containsEntry("service.istio.io/canonical-revision", "latest");
    }
}
