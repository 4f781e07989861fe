package dev.vl3mesh.injector.admission;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a pod's annotations ask of its sidecars, in Istio's own words. Each keeps its meaning, or is
/// refused by name: an annotation without effect would be worse than none. In a pod that has its cluster's
/// own Istio too, what can't be meant for a domain's sidecar is left to that.
///
/// See istio.io/latest/docs/reference/config/annotations/
final class SidecarOptions {
    private static final String SIDECAR = "sidecar.istio.io/";
    private static final String TRAFFIC = "traffic.sidecar.istio.io/";
    private static final String READINESS = "readiness.status.sidecar.istio.io/";
    private static final String PROXY_CONFIG = "proxy.istio.io/config";
    private static final String TEMPLATES = "inject.istio.io/templates";
    private static final List<String> PREFIXES = List.of(SIDECAR, TRAFFIC, READINESS, "status.sidecar.istio.io/");

    /// Read below, or without a meaning that could be missed: what Istio's injector writes itself, and
    /// probes, which are on the cluster's network and need no rewriting.
    private static final Set<String> TAKEN = Set.of(
            SIDECAR + "inject",
            SIDECAR + "status",
            SIDECAR + "rewriteAppHTTPProbers",
            SIDECAR + "proxyImage",
            SIDECAR + "proxyImageType",
            SIDECAR + "logLevel",
            SIDECAR + "componentLogLevel",
            SIDECAR + "agentLogLevel",
            SIDECAR + "proxyCPU",
            SIDECAR + "proxyCPULimit",
            SIDECAR + "proxyMemory",
            SIDECAR + "proxyMemoryLimit",
            SIDECAR + "userVolume",
            SIDECAR + "userVolumeMount",
            READINESS + "initialDelaySeconds",
            READINESS + "periodSeconds",
            READINESS + "failureThreshold");
    /// Of the sidecar's metrics: its agent reads them itself, in the annotations that it is told.
    private static final Set<String> TOLD = Set.of(
            SIDECAR + "extraStatTags",
            SIDECAR + "statsInclusionPrefixes",
            SIDECAR + "statsInclusionSuffixes",
            SIDECAR + "statsInclusionRegexps",
            SIDECAR + "statsHistogramBuckets",
            SIDECAR + "statsCompression");
    /// Of which only one value is what a domain's sidecar is.
    private static final Map<String, String> ONLY =
            Map.of(SIDECAR + "nativeSidecar", "true", SIDECAR + "interceptionMode", "REDIRECT");

    private static final KubernetesSerialization YAML = new KubernetesSerialization();
    /// Without it, what starts with a brace would be taken for JSON.
    private static final String DOCUMENT = "---\n";

    private final Map<String, String> annotations;
    private final ProxyConfig proxyConfig;
    private final List<Volume> volumes;
    private final List<VolumeMount> mounts;

    private SidecarOptions(
            Map<String, String> annotations, ProxyConfig proxyConfig, List<Volume> volumes, List<VolumeMount> mounts) {
        this.annotations = annotations;
        this.proxyConfig = proxyConfig;
        this.volumes = volumes;
        this.mounts = mounts;
    }

    /// Reads a pod's annotations.
    ///
    /// @param localMesh whether the pod has a sidecar of its cluster's own Istio too
    /// @throws IllegalArgumentException that names the annotation which can't be followed, and says what to
    /// do
    static SidecarOptions of(Pod pod, boolean localMesh) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
        if (!localMesh) {
            annotations.forEach(SidecarOptions::check);
        }
        List<Volume> volumes = new ArrayList<>();
        named(annotations, SIDECAR + "userVolume").forEach((name, value) -> {
            Volume volume = YAML.convertValue(value, Volume.class);
            volume.setName(name);
            volumes.add(volume);
        });
        List<VolumeMount> mounts = new ArrayList<>();
        named(annotations, SIDECAR + "userVolumeMount").forEach((name, value) -> {
            VolumeMount mount = YAML.convertValue(value, VolumeMount.class);
            mount.setName(name);
            mounts.add(mount);
        });
        ProxyConfig config = ProxyConfig.of(map(annotations, PROXY_CONFIG), localMesh);
        SidecarOptions options = new SidecarOptions(annotations, config, volumes, mounts);
        options.resources();
        options.readiness(1, "initialDelaySeconds");
        options.readiness(1, "periodSeconds");
        options.readiness(1, "failureThreshold");
        return options;
    }

    private static void check(String name, String value) {
        String only = ONLY.get(name);
        if (only != null && !only.equals(value)) {
            throw refused(name, "a domain's sidecar is always " + only);
        }
        if (name.equals(TEMPLATES) && !value.equals("sidecar")) {
            throw refused(name, "a domain's sidecar comes from one template, 'sidecar'");
        }
        if (name.startsWith(TRAFFIC)) {
            throw refused(name, "what a domain's sidecar captures follows from the domain alone");
        }
        if (PREFIXES.stream().anyMatch(name::startsWith)
                && only == null
                && !TAKEN.contains(name)
                && !TOLD.contains(name)) {
            throw refused(name, "vl3mesh can't give it a meaning for a domain's sidecar");
        }
    }

    private static IllegalArgumentException refused(String name, String why) {
        return new IllegalArgumentException(
                "annotation " + name + ": " + why + "; take it away, or give the pod no sidecar of its domains, by the"
                        + " label " + SIDECAR + "inject=false");
    }

    private static Map<String, Object> map(Map<String, String> annotations, String name) {
        String text = annotations.getOrDefault(name, "");
        if (text.isBlank()) {
            return Map.of();
        }
        try {
            Map<?, ?> read = YAML.unmarshal(DOCUMENT + text, Map.class);
            return read.entrySet().stream()
                    .collect(Collectors.toMap(
                            entry -> String.valueOf(entry.getKey()),
                            Map.Entry::getValue,
                            (_, last) -> last,
                            TreeMap::new));
        } catch (KubernetesClientException | IllegalArgumentException | ClassCastException | NullPointerException e) {
            throw new IllegalArgumentException("annotation " + name + " is no YAML or JSON object: " + text, e);
        }
    }

    private static Map<String, Object> named(Map<String, String> annotations, String name) {
        Map<String, Object> named = map(annotations, name);
        named.forEach((key, value) -> {
            if (!(value instanceof Map)) {
                throw new IllegalArgumentException("annotation " + name + ": " + key + " is no object: " + value);
            }
        });
        return named;
    }

    private String get(String name, String otherwise) {
        return annotations.getOrDefault(SIDECAR + name, otherwise);
    }

    /// The image, where the mesh's sidecars otherwise have this one.
    String image(String usual) {
        String own = get("proxyImage", "");
        if (own.contains("/")) {
            return own;
        }
        String type = get("proxyImageType", proxyConfig.imageType());
        return type.isEmpty() || type.equals("default") ? usual : usual + "-" + type;
    }

    /// Options of the agent's command line.
    List<String> logging() {
        return List.of(
                "--proxyLogLevel=" + get("logLevel", "warning"),
                "--proxyComponentLogLevel=" + get("componentLogLevel", "misc:error"),
                "--log_output_level=" + get("agentLogLevel", "default:info"));
    }

    /// As Istio's template has it: one annotation, and the defaults are gone.
    ResourceRequirements resources() {
        Map<String, Quantity> requests = quantities(Map.of("cpu", "proxyCPU", "memory", "proxyMemory"));
        Map<String, Quantity> limits = quantities(Map.of("cpu", "proxyCPULimit", "memory", "proxyMemoryLimit"));
        if (requests.isEmpty() && limits.isEmpty()) {
            requests = Map.of("cpu", new Quantity("100m"), "memory", new Quantity("128Mi"));
            limits = Map.of("cpu", new Quantity("2"), "memory", new Quantity("1Gi"));
        }
        return new ResourceRequirementsBuilder()
                .withRequests(requests.isEmpty() ? null : requests)
                .withLimits(limits.isEmpty() ? null : limits)
                .build();
    }

    private Map<String, Quantity> quantities(Map<String, String> names) {
        Map<String, Quantity> found = new TreeMap<>();
        names.forEach((resource, name) -> {
            String value = get(name, "");
            if (!value.isEmpty()) {
                found.put(resource, quantity(SIDECAR + name, value));
            }
        });
        return found;
    }

    private static Quantity quantity(String name, String value) {
        try {
            Quantity quantity = Quantity.parse(value);
            quantity.getNumericalAmount();
            return quantity;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "annotation " + name + ": " + value + " is no quantity: write it as in 250m or 128Mi", e);
        }
    }

    /// A number of the readiness probe's.
    ///
    /// @param what `initialDelaySeconds`, `periodSeconds` or `failureThreshold`
    int readiness(int usual, String what) {
        String value = annotations.getOrDefault(READINESS + what, "");
        if (value.isEmpty()) {
            return usual;
        }
        try {
            return Integer.parseUnsignedInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("annotation " + READINESS + what + ": " + value + " is no number", e);
        }
    }

    /// What it says of Istio's ProxyConfig.
    ProxyConfig proxyConfig() {
        return proxyConfig;
    }

    /// Volumes that the user gives the sidecar.
    List<Volume> volumes() {
        return volumes;
    }

    /// And where it has them.
    List<VolumeMount> mounts() {
        return mounts;
    }

    /// The annotations that the sidecar reads itself.
    Map<String, String> told() {
        return annotations.entrySet().stream()
                .filter(entry -> TOLD.contains(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (_, last) -> last, TreeMap::new));
    }
}
