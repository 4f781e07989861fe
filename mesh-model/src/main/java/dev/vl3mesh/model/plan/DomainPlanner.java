package dev.vl3mesh.model.plan;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.ClusterState.AttachedPod;
import dev.vl3mesh.model.plan.ClusterState.KubeEndpoint;
import dev.vl3mesh.model.plan.ClusterState.KubeService;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// Makes of a cluster's state what the cluster publishes: pure, and the same for the same state whatever its
/// order.
public final class DomainPlanner {
    private DomainPlanner() {}

    /// Plans everything that this cluster publishes.
    public static SortedMap<ResourceKey, MeshResource> plan(ClusterState state) {
        SortedMap<ResourceKey, MeshResource> planned = new TreeMap<>();
        state.domains().forEach(domain -> put(planned, domain));
        Map<String, List<AttachedPod>> byUid = new HashMap<>();
        for (AttachedPod pod : state.pods()) {
            byUid.computeIfAbsent(pod.podUid(), _ -> new ArrayList<>()).add(pod);
            put(planned, attachment(state.cluster(), pod));
            node(state, pod.domain(), pod.node()).ifPresent(node -> put(planned, node));
        }
        for (KubeService service : state.services()) {
            services(state.cluster(), service, endpoint -> byUid.getOrDefault(endpoint.podUid(), List.of()))
                    .forEach(resource -> put(planned, resource));
        }
        state.configs().forEach(config -> put(planned, config));
        return planned;
    }

    /// Says what has to be changed to get from one plan to another.
    public static SnapshotDelta difference(
            Map<ResourceKey, MeshResource> before, Map<ResourceKey, MeshResource> after) {
        List<MeshResource> upserts = new ArrayList<>();
        after.forEach((key, resource) -> {
            if (!resource.equals(before.get(key))) {
                upserts.add(resource);
            }
        });
        Set<ResourceKey> removals = new HashSet<>(before.keySet());
        removals.removeAll(after.keySet());
        return new SnapshotDelta(upserts, removals);
    }

    private static void put(Map<ResourceKey, MeshResource> planned, MeshResource resource) {
        planned.put(resource.key(), resource);
    }

    static AttachmentResource attachment(KubeClusterName cluster, AttachedPod pod) {
        return new AttachmentResource(
                cluster,
                pod.domain(),
                pod.addresses(),
                pod.node(),
                pod.namespace(),
                pod.pod(),
                Optional.of(pod.podUid()),
                pod.serviceAccount(),
                pod.ready() || pod.readyHere(),
                pod.sidecar(),
                pod.workload());
    }

    /// A node takes part in a domain while it has a pod in it and is known to be reachable.
    private static Optional<NodeResource> node(ClusterState state, DomainName domain, NodeName node) {
        return Optional.ofNullable(state.nodes().get(node)).map(known -> known.in(domain, state.cluster(), node));
    }

    /// A Service is in every domain that a pod behind it is in.
    static List<ServiceResource> services(
            KubeClusterName cluster, KubeService service, Function<KubeEndpoint, List<AttachedPod>> podsOf) {
        Map<DomainName, List<ServiceEndpoint>> byDomain = new LinkedHashMap<>();
        for (KubeEndpoint endpoint : service.endpoints()) {
            for (AttachedPod pod : podsOf.apply(endpoint)) {
                byDomain.computeIfAbsent(pod.domain(), _ -> new ArrayList<>())
                        .add(new ServiceEndpoint(
                                pod.addresses(),
                                endpoint.hostname().orElse(""),
                                pod.pod(),
                                endpoint.ready() || pod.readyHere()));
            }
        }
        List<ServiceResource> resources = new ArrayList<>();
        byDomain.forEach((domain, endpoints) -> {
            endpoints.sort(Comparator.comparing(e -> e.addresses().getFirst()));
            resources.add(new ServiceResource(
                    cluster,
                    domain,
                    service.namespace(),
                    service.name(),
                    service.headless(),
                    service.ports(),
                    List.copyOf(endpoints),
                    service.trafficDistribution()));
        });
        return resources;
    }
}
