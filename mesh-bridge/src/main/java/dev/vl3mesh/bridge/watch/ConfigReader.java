package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.ConfigSelection;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Reads what is written for meshes: each object counts in one mesh at most.
public final class ConfigReader {
    /// Istio's own, such as `networking.istio.io/traffic-distribution`; others say nothing to it.
    private static final String ANNOTATIONS = "istio.io/";

    /// A kind of which a user's object is merged into those of the publisher.
    private static final String MERGED = "Sidecar";

    private final KubeClusterName cluster;
    private final ClusterView view;

    /// Reads in one cluster.
    public ConfigReader(KubeClusterName cluster, ClusterView view) {
        this.cluster = cluster;
        this.view = view;
    }

    /// What a mesh has to know; empty where there is no such object, or it counts in no mesh.
    public Optional<ConfigResource> read(ConfigName name) {
        return view.config(name)
                .flatMap(object -> selection(name, object) instanceof ConfigSelection.In(DomainName domain)
                        ? Optional.of(resource(domain, name, object))
                        : Optional.empty());
    }

    /// Which mesh an object is for.
    public ConfigSelection selection(ConfigName name, GenericKubernetesResource object) {
        Map<String, String> namespace = view.namespace(name.namespace())
                .map(there -> there.getMetadata().getLabels())
                .orElse(Map.of());
        ConfigSelection selection = ConfigSelection.of(
                labels(object).get(Labels.DOMAINS),
                namespace.get(Labels.DOMAINS),
                namespace.get(Labels.CONFIG_DOMAIN),
                domain ->
                        view.domain(domain.value()).flatMap(StateReader::istio).isPresent());
        return selection instanceof ConfigSelection.Nowhere && name.kind().equals(MERGED)
                ? inRoot(name.namespace())
                        .<ConfigSelection>map(ConfigSelection.In::new)
                        .orElse(selection)
                : selection;
    }

    /// The domain that has its home here and the root namespace of its mesh there: istiod reads that itself.
    private Optional<DomainName> inRoot(String namespace) {
        return view.domains().stream()
                .filter(domain -> !ClusterCache.isCopy(domain)
                        && StateReader.istio(domain)
                                .filter(mesh -> mesh.namespace().equals(namespace))
                                .isPresent())
                .map(domain -> new DomainName(domain.getMetadata().getName()))
                .findFirst();
    }

    private static Map<String, String> labels(GenericKubernetesResource object) {
        return Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
    }

    /// What the mesh of that domain has to know of an object.
    public ConfigResource resource(DomainName domain, ConfigName name, GenericKubernetesResource object) {
        ObjectMeta metadata = object.getMetadata();
        Object spec = Objects.requireNonNullElse(object.get("spec"), Map.of());
        return new ConfigResource(
                cluster,
                domain,
                name,
                Instant.parse(metadata.getCreationTimestamp()).getEpochSecond(),
                labels(object),
                Objects.requireNonNullElse(metadata.getAnnotations(), Map.<String, String>of()).entrySet().stream()
                        .filter(annotation -> annotation.getKey().contains(ANNOTATIONS))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                Serialization.asJson(spec));
    }
}
