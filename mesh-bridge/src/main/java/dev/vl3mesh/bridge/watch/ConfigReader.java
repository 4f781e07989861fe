package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.DomainSelection;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Reads what is written for meshes: it counts in each domain of its namespace that has a mesh.
public final class ConfigReader {
    /// Istio's own, such as `networking.istio.io/traffic-distribution`; others say nothing to it.
    private static final String ANNOTATIONS = "istio.io/";

    private final KubeClusterName cluster;
    private final ClusterView view;

    /// Reads in one cluster.
    public ConfigReader(KubeClusterName cluster, ClusterView view) {
        this.cluster = cluster;
        this.view = view;
    }

    /// What a mesh has to know, one for each domain; empty where there is no such object, or it is in no mesh.
    public List<ConfigResource> read(ConfigName name) {
        Optional<GenericKubernetesResource> object = view.config(name);
        return object.isEmpty()
                ? List.of()
                : domains(name.namespace()).stream()
                        .map(domain -> resource(domain, name, object.get()))
                        .toList();
    }

    private ConfigResource resource(DomainName domain, ConfigName name, GenericKubernetesResource object) {
        ObjectMeta metadata = object.getMetadata();
        Object spec = Objects.requireNonNullElse(object.get("spec"), Map.of());
        return new ConfigResource(
                cluster,
                domain,
                name,
                Instant.parse(metadata.getCreationTimestamp()).getEpochSecond(),
                Objects.requireNonNullElse(metadata.getLabels(), Map.<String, String>of()),
                Objects.requireNonNullElse(metadata.getAnnotations(), Map.<String, String>of()).entrySet().stream()
                        .filter(annotation -> annotation.getKey().contains(ANNOTATIONS))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                Serialization.asJson(spec));
    }

    private List<DomainName> domains(String namespace) {
        return view
                .namespace(namespace)
                .map(there ->
                        DomainSelection.of(null, there.getMetadata().getLabels().get(Labels.DOMAINS)))
                .filter(DomainSelection.Joins.class::isInstance)
                .map(selection -> ((DomainSelection.Joins) selection).domains())
                .orElse(List.of())
                .stream()
                .filter(domain ->
                        view.domain(domain.value()).flatMap(StateReader::istio).isPresent())
                .toList();
    }
}
