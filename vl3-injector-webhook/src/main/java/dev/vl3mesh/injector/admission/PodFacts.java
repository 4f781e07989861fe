package dev.vl3mesh.injector.admission;

import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads from a pod what admission wants to know, nulls filled in.
final class PodFacts {
    /// Characters in the value of a label, at most.
    static final int LABEL_VALUE_MAX = 63;

    private PodFacts() {}

    static @Nullable String label(Pod pod, String key) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        return labels == null ? null : labels.get(key);
    }

    /// The first label that is there of several; what else where there is none.
    static String firstLabel(Pod pod, String otherwise, String... keys) {
        return Arrays.stream(keys)
                .flatMap(key -> Stream.ofNullable(label(pod, key)))
                .findFirst()
                .orElse(otherwise);
    }

    static @Nullable String annotation(Pod pod, String key) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(key);
    }

    /// The name, or what it will start with.
    static String name(Pod pod) {
        String name = pod.getMetadata().getName();
        return name != null
                ? name
                : Objects.requireNonNullElse(pod.getMetadata().getGenerateName(), "") + "*";
    }

    /// Who makes the pod and its likes; a pod has one at most, which the API server sees to.
    static Optional<OwnerReference> controller(Pod pod) {
        return Objects.requireNonNullElse(pod.getMetadata().getOwnerReferences(), List.<OwnerReference>of()).stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    /// What a mesh calls the pod's workload: its controller's kind and name, or for a bare pod, which may
    /// have no name yet, its address.
    static String workload(Pod pod, IpAddress address) {
        return controller(pod)
                .map(owner -> owner.getKind().toLowerCase(Locale.ROOT) + "-" + owner.getName())
                .filter(name -> name.length() <= LABEL_VALUE_MAX)
                .orElse("pod-" + address.label());
    }

    /// Whether the pod is to have a sidecar, where its domain has a mesh.
    static boolean wantsSidecar(Pod pod) {
        return !"false".equals(label(pod, Labels.SIDECAR)) && !"false".equals(annotation(pod, Labels.SIDECAR));
    }

    /// Whether the pod's cluster puts it into an Istio of its own, too, by what Istio's injector goes by or
    /// leaves.
    ///
    /// @param labels of the pod's namespace
    /// @param ofDomain whether the pod's revision is one of a domain's mesh
    static boolean hasLocalMesh(Pod pod, Map<String, String> labels, boolean ofDomain) {
        return "enabled".equals(labels.get("istio-injection"))
                || labels.containsKey(Labels.REVISION)
                || (!ofDomain && label(pod, Labels.REVISION) != null)
                || annotation(pod, "sidecar.istio.io/status") != null;
    }

    /// `<namespace>/<name>` of a pod whose name comes back after its end; else null.
    static @Nullable String identity(Pod pod, String namespace) {
        boolean ordinal = pod.getMetadata().getName() != null
                && controller(pod)
                        .filter(owner -> "StatefulSet".equals(owner.getKind()))
                        .isPresent();
        return ordinal ? namespace + "/" + pod.getMetadata().getName() : null;
    }
}
