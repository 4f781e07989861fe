package dev.vl3mesh.bridge.watch;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Each mesh of a pod sees its own readiness: Kubernetes calls a pod ready when all of its containers are, the
/// sidecars of all meshes among them.
final class MeshReadiness {
    /// The cluster's own Istio's, and with a domain's name behind it the domain's.
    private static final String SIDECAR = "istio-proxy";

    private static final String ALWAYS = "Always";

    private MeshReadiness() {}

    /// Whether a pod is not ready for the sidecars of other meshes alone: its own containers, this domain's
    /// sidecar and its readiness gates are well, and it is not ending.
    static boolean butForOthers(Pod pod, String domain) {
        if (pod.getStatus() == null
                || StateReader.ready(pod)
                || pod.getMetadata().getDeletionTimestamp() != null) {
            return false;
        }
        Set<String> notReady = notReady(pod);
        return !notReady.isEmpty()
                && notReady.stream().allMatch(name -> isSidecar(name) && !name.equals(SIDECAR + "-" + domain))
                && gatesAreOpen(pod);
    }

    private static boolean isSidecar(String name) {
        return name.equals(SIDECAR) || name.startsWith(SIDECAR + "-");
    }

    /// Of the containers that run as long as the pod does, those that are not ready, or not yet there.
    private static Set<String> notReady(Pod pod) {
        PodSpec spec = pod.getSpec();
        Set<String> ready = statuses(pod.getStatus().getContainerStatuses());
        ready.addAll(statuses(pod.getStatus().getInitContainerStatuses()));
        Set<String> lasting =
                spec.getContainers().stream().map(Container::getName).collect(Collectors.toSet());
        Objects.requireNonNullElse(spec.getInitContainers(), List.<Container>of()).stream()
                .filter(container -> ALWAYS.equals(container.getRestartPolicy()))
                .map(Container::getName)
                .forEach(lasting::add);
        lasting.removeAll(ready);
        return lasting;
    }

    private static Set<String> statuses(List<ContainerStatus> statuses) {
        return Objects.requireNonNullElse(statuses, List.<ContainerStatus>of()).stream()
                .filter(status -> Boolean.TRUE.equals(status.getReady()))
                .map(ContainerStatus::getName)
                .collect(Collectors.toSet());
    }

    private static boolean gatesAreOpen(Pod pod) {
        Set<String> met = pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getStatus().equals("True"))
                .map(PodCondition::getType)
                .collect(Collectors.toSet());
        return Objects.requireNonNullElse(pod.getSpec().getReadinessGates(), List.<PodReadinessGate>of()).stream()
                .allMatch(gate -> met.contains(gate.getConditionType()));
    }
}
