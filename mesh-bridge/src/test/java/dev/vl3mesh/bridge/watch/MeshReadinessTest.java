package dev.vl3mesh.bridge.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeshReadinessTest {
    private static ContainerStatus status(String name, List<String> notReady) {
        return new ContainerStatusBuilder()
                .withName(name)
                .withReady(!notReady.contains(name))
                .build();
    }

    /// In red, green and the cluster's own Istio; all is ready but these.
    private static Pod pod(String... notReady) {
        List<String> without = List.of(notReady);
        List<String> sidecars = List.of("istio-proxy", "istio-proxy-red", "istio-proxy-green");
        return new PodBuilder()
                .withNewMetadata()
                .withName("cart")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("cart")
                .endContainer()
                .withInitContainers(Stream.concat(
                                Stream.of(new ContainerBuilder()
                                        .withName("vl3-wait")
                                        .build()),
                                sidecars.stream()
                                        .map(name -> new ContainerBuilder()
                                                .withName(name)
                                                .withRestartPolicy("Always")
                                                .build()))
                        .toList())
                .endSpec()
                .withNewStatus()
                .withContainerStatuses(status("cart", without))
                .withInitContainerStatuses(
                        sidecars.stream().map(name -> status(name, without)).toList())
                .addNewCondition()
                .withType("Ready")
                .withStatus(without.isEmpty() ? "True" : "False")
                .endCondition()
                .addNewCondition()
                .withType("gate")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
    }

    @Test
    void aMeshDoesNotMindTheSidecarsOfOthers() {
        assertThat(MeshReadiness.butForOthers(pod("istio-proxy-green"), "red")).isTrue();
        assertThat(MeshReadiness.butForOthers(pod("istio-proxy"), "red")).isTrue();
        assertThat(MeshReadiness.butForOthers(pod("istio-proxy", "istio-proxy-green"), "red"))
                .isTrue();
    }

    @Test
    void itMindsItsOwnAndTheApplication() {
        assertThat(MeshReadiness.butForOthers(pod("istio-proxy-red"), "red")).isFalse();
        assertThat(MeshReadiness.butForOthers(pod("istio-proxy-green", "istio-proxy-red"), "red"))
                .isFalse();
        assertThat(MeshReadiness.butForOthers(pod("istio-proxy-green", "cart"), "red"))
                .isFalse();
    }

    @Test
    void whatIsReadyOrEndingIsAsKubernetesSays() {
        assertThat(MeshReadiness.butForOthers(pod(), "red")).isFalse();
        Pod ending = pod("istio-proxy-green");
        ending.getMetadata().setDeletionTimestamp("2026-11-28T01:00:00Z");
        assertThat(MeshReadiness.butForOthers(ending, "red")).isFalse();
    }

    @Test
    void itsReadinessGatesCount() {
        Pod open = pod("istio-proxy-green")
                .edit()
                .editSpec()
                .addNewReadinessGate("gate")
                .endSpec()
                .build();
        assertThat(MeshReadiness.butForOthers(open, "red")).isTrue();
        Pod shut = open.edit().editSpec().addNewReadinessGate("other").endSpec().build();
        assertThat(MeshReadiness.butForOthers(shut, "red")).isFalse();
    }
}
