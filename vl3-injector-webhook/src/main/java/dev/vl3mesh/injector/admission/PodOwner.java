package dev.vl3mesh.injector.admission;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whose a pod is, as Istio tells from the pod alone, and calls the workload in metrics and traces: the
/// Deployment behind a ReplicaSet, the CronJob behind a Job.
///
/// @param apiVersion of the owner
/// @param kind of the owner, CamelCase
/// @param namespace of the pod
/// @param name of the owner; of the pod itself where it has none
record PodOwner(String apiVersion, String kind, String namespace, String name) {
    private static final String CANONICAL_NAME = "service.istio.io/canonical-name";
    private static final String CANONICAL_REVISION = "service.istio.io/canonical-revision";
    private static final Pattern OF_CRON_JOB = Pattern.compile("(.+)-\\d{8,10}");

    static PodOwner of(Pod pod) {
        String namespace = Objects.requireNonNullElse(pod.getMetadata().getNamespace(), "default");
        return PodFacts.controller(pod)
                .map(owner -> of(owner, pod, namespace))
                .orElseGet(() -> new PodOwner("v1", "Pod", namespace, ownName(pod)));
    }

    /// By which Istio's metrics name the service that a pod is, as Istio's injector derives and writes them.
    static Map<String, String> canonicalLabels(Pod pod) {
        String name = PodFacts.firstLabel(pod, of(pod).name(), CANONICAL_NAME, "app.kubernetes.io/name", "app");
        String kept = name.substring(0, Math.min(name.length(), PodFacts.LABEL_VALUE_MAX))
                .replaceAll("^[-_.]+|[-_.]+$", "");
        String revision =
                PodFacts.firstLabel(pod, "latest", CANONICAL_REVISION, "app.kubernetes.io/version", "version");
        return Map.of(CANONICAL_NAME, kept, CANONICAL_REVISION, revision);
    }

    private static PodOwner of(OwnerReference owner, Pod pod, String namespace) {
        String hash = "-" + PodFacts.label(pod, "pod-template-hash");
        if (owner.getKind().equals("ReplicaSet") && owner.getName().endsWith(hash)) {
            String name = owner.getName().substring(0, owner.getName().length() - hash.length());
            return new PodOwner(owner.getApiVersion(), "Deployment", namespace, name);
        }
        Matcher scheduled = OF_CRON_JOB.matcher(owner.getName());
        if (owner.getKind().equals("Job") && scheduled.matches()) {
            return new PodOwner("batch/v1", "CronJob", namespace, scheduled.group(1));
        }
        return new PodOwner(owner.getApiVersion(), owner.getKind(), namespace, owner.getName());
    }

    private static String ownName(Pod pod) {
        return Objects.requireNonNullElseGet(
                pod.getMetadata().getName(),
                () -> Objects.requireNonNullElse(pod.getMetadata().getGenerateName(), "")
                        .replaceAll("-$", ""));
    }

    /// As in `ISTIO_META_OWNER`.
    String uri() {
        return "kubernetes://apis/" + apiVersion + "/namespaces/" + namespace + "/" + kind.toLowerCase(Locale.ROOT)
                + "s/" + name;
    }
}
