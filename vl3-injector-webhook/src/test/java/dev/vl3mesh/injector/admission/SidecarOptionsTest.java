package dev.vl3mesh.injector.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What Istio's annotations make of a sidecar, or why they can't.
class SidecarOptionsTest {
    private static Pod pod(Map<String, String> annotations) {
        Container container =
                new ContainerBuilder().withName("main").withImage("image").build();
        return new PodBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace("prod")
                .withAnnotations(annotations)
                .endMetadata()
                .withNewSpec()
                .withContainers(container)
                .endSpec()
                .build();
    }

    private static SidecarOptions options(Map<String, String> annotations) {
        return SidecarOptions.of(pod(annotations), false);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            traffic.sidecar.istio.io/excludeOutboundPorts | 3306 | follows from the domain alone
            sidecar.istio.io/interceptionMode | TPROXY | always REDIRECT
            sidecar.istio.io/nativeSidecar | false | always true
            sidecar.istio.io/bootstrapOverride | mine | can't give it a meaning
            sidecar.istio.io/prxyCPU | 100m | can't give it a meaning
            status.sidecar.istio.io/port | 0 | can't give it a meaning
            inject.istio.io/templates | gateway | one template
            sidecar.istio.io/proxyCPU | a lot | no quantity
            readiness.status.sidecar.istio.io/periodSeconds | -1 | no number
            sidecar.istio.io/userVolume | [1] | no YAML or JSON object
            sidecar.istio.io/userVolume | {"a": 1} | a is no object
            proxy.istio.io/config | {statusPort: 15020} | statusPort follows from the domain
            proxy.istio.io/config | {concurency: 2} | concurency is no field
            proxy.istio.io/config | {proxyMetadata: {CA_ADDR: a}} | may not have CA_ADDR
            proxy.istio.io/config | {proxyMetadata: {ISTIO_META_NETWORK: a}} | may not have ISTIO_META_NETWORK
            proxy.istio.io/config | {proxyMetadata: 7} | proxyMetadata is no object
            """)
    void whatCantBeFollowedIsRefusedByName(String annotation, String value, String why) {
        assertThatThrownBy(() -> options(Map.of(annotation, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("annotation " + annotation)
                .hasMessageContaining(why);
    }

    @Test
    void aLocalIstioKeepsItsOwn() {
        SidecarOptions options = SidecarOptions.of(
                pod(Map.of(
                        "traffic.sidecar.istio.io/excludeOutboundPorts",
                        "3306",
                        "proxy.istio.io/config",
                        "{statusPort: 15020, concurrency: 4, proxyMetadata: {CA_ADDR: a, OTHER: b}}")),
                true);
        assertThat(options.proxyConfig().fields())
                .isEqualTo(Map.of("concurrency", 4, "proxyMetadata", Map.of("OTHER", "b")));
        assertThat(options.proxyConfig().environment()).isEqualTo(Map.of("OTHER", "b"));
    }

    @Test
    void resourcesAreTheUsersAloneOnceHeSaysSomething() {
        assertThat(options(Map.of()).resources().getLimits()).containsEntry("cpu", new Quantity("2"));
        SidecarOptions options =
                options(Map.of("sidecar.istio.io/proxyCPU", "250m", "sidecar.istio.io/proxyMemoryLimit", "256Mi"));
        assertThat(options.resources().getRequests()).isEqualTo(Map.of("cpu", new Quantity("250m")));
        assertThat(options.resources().getLimits()).isEqualTo(Map.of("memory", new Quantity("256Mi")));
    }

    @Test
    void theImageIsAnotherOrOfAnotherKind() {
        assertThat(options(Map.of()).image("istio/proxyv2:1.32.0")).isEqualTo("istio/proxyv2:1.32.0");
        assertThat(options(Map.of("sidecar.istio.io/proxyImage", "mine/proxy:1"))
                        .image("istio/proxyv2:1.32.0"))
                .isEqualTo("mine/proxy:1");
        assertThat(options(Map.of("sidecar.istio.io/proxyImageType", "distroless"))
                        .image("istio/proxyv2:1.32.0"))
                .isEqualTo("istio/proxyv2:1.32.0-distroless");
        assertThat(options(Map.of("proxy.istio.io/config", "image: {imageType: debug}"))
                        .image("istio/proxyv2:1.32.0"))
                .isEqualTo("istio/proxyv2:1.32.0-debug");
    }

    @Test
    void volumesAreTheUsersToo() {
        SidecarOptions options = options(Map.of(
                "sidecar.istio.io/userVolume",
                "{\"certs\": {\"secret\": {\"secretName\": \"mine\"}}}",
                "sidecar.istio.io/userVolumeMount",
                "{\"certs\": {\"mountPath\": \"/etc/certs\", \"readOnly\": true}}"));
        assertThat(options.volumes()).singleElement().satisfies(volume -> {
            assertThat(volume.getName()).isEqualTo("certs");
            assertThat(volume.getSecret().getSecretName()).isEqualTo("mine");
        });
        assertThat(options.mounts()).singleElement().satisfies(mount -> {
            assertThat(mount.getName()).isEqualTo("certs");
            assertThat(mount.getMountPath()).isEqualTo("/etc/certs");
        });
    }

    @Test
    void whatTheAgentReadsItselfIsHandedOn() {
        assertThat(options(Map.of("sidecar.istio.io/statsCompression", "true", "other.example/a", "b"))
                        .told())
                .isEqualTo(Map.of("sidecar.istio.io/statsCompression", "true"));
    }

    @ParameterizedTest
    @CsvSource({
        "ReplicaSet, web-6d5f, 6d5f, web, kubernetes://apis/apps/v1/namespaces/prod/deployments/web",
        "ReplicaSet, web-6d5f, other, web-6d5f, kubernetes://apis/apps/v1/namespaces/prod/replicasets/web-6d5f",
        "Job, report-29000000, '', report, kubernetes://apis/batch/v1/namespaces/prod/cronjobs/report",
        "StatefulSet, db, '', db, kubernetes://apis/apps/v1/namespaces/prod/statefulsets/db"
    })
    void aPodIsItsControllers(String kind, String owner, String hash, String name, String uri) {
        Pod pod = new PodBuilder(pod(Map.of()))
                .editMetadata()
                .addToLabels("pod-template-hash", hash)
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind(kind)
                .withName(owner)
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
        assertThat(PodOwner.of(pod).name()).isEqualTo(name);
        assertThat(PodOwner.of(pod).uri()).isEqualTo(uri);
    }
}
