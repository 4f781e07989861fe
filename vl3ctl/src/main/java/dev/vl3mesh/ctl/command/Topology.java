package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Who is in which domains, as it is now.
///
/// @param domains by name
/// @param clusters in the order asked
public record Topology(List<Rail> domains, List<Site> clusters) {
    /// A domain.
    ///
    /// @param mesh whether a service mesh runs over it
    public record Rail(String name, List<String> prefixes, boolean mesh) {}

    /// A cluster, with its workloads by namespace and name.
    public record Site(String name, List<Workload> workloads) {}

    /// Pods that one controller made, or one pod that nobody did.
    ///
    /// @param domains sorted
    public record Workload(String namespace, String name, int pods, List<String> domains) {}

    /// A cluster's pods that are in a domain.
    static List<Pod> attached(KubernetesClient client) {
        return client.pods()
                .inAnyNamespace()
                .withLabel(Labels.ATTACHED, "true")
                .list()
                .getItems();
    }

    /// Puts a cluster's attached pods together; those that are ending don't count.
    static Site site(String cluster, Collection<Pod> pods) {
        Map<String, List<Pod>> groups = new TreeMap<>();
        for (Pod pod : pods) {
            if (pod.getMetadata().getDeletionTimestamp() == null
                    && !domains(pod).isEmpty()) {
                groups.computeIfAbsent(
                                pod.getMetadata().getNamespace() + "/" + name(pod) + "/" + domains(pod),
                                _ -> new ArrayList<>())
                        .add(pod);
            }
        }
        return new Site(
                cluster,
                groups.values().stream()
                        .map(group -> new Workload(
                                group.getFirst().getMetadata().getNamespace(),
                                name(group.getFirst()),
                                group.size(),
                                List.copyOf(domains(group.getFirst()))))
                        .toList());
    }

    /// The domains that somebody is in, with what their clusters say of them.
    static Topology of(List<Site> sites, Collection<Domain> known) {
        Set<String> used = new TreeSet<>();
        sites.forEach(site -> site.workloads().forEach(workload -> used.addAll(workload.domains())));
        Map<String, Rail> rails = new TreeMap<>();
        for (Domain domain : known) {
            String name = domain.getMetadata().getName();
            if (used.contains(name)) {
                rails.put(
                        name,
                        new Rail(
                                name,
                                domain.getSpec().prefixes(),
                                domain.getSpec().mesh() != null));
            }
        }
        used.forEach(name -> rails.putIfAbsent(name, new Rail(name, List.of(), false)));
        return new Topology(List.copyOf(rails.values()), List.copyOf(sites));
    }

    /// The domains that a pod is in, by what admission has written into it.
    static Set<String> domains(Pod pod) {
        String annotation = Objects.requireNonNullElse(
                PodReference.value(pod.getMetadata().getAnnotations(), Labels.ATTACHMENTS), "{}");
        Set<String> domains = new TreeSet<>();
        for (Object domain : Serialization.unmarshal(annotation, Map.class).keySet()) {
            domains.add(String.valueOf(domain));
        }
        return domains;
    }

    /// What made the pod, without what it appends to its name.
    private static String name(Pod pod) {
        @Nullable
        OwnerReference owner = pod.getMetadata().getOwnerReferences().stream()
                .filter(one -> Boolean.TRUE.equals(one.getController()))
                .findFirst()
                .orElse(null);
        if (owner == null) {
            return pod.getMetadata().getName();
        }
        String hash = "-" + PodReference.value(pod.getMetadata().getLabels(), "pod-template-hash");
        return owner.getName().endsWith(hash)
                ? owner.getName().substring(0, owner.getName().length() - hash.length())
                : owner.getName();
    }
}
