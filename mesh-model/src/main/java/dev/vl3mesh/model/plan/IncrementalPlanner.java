package dev.vl3mesh.model.plan;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.ClusterState.AttachedPod;
import dev.vl3mesh.model.plan.ClusterState.KubeEndpoint;
import dev.vl3mesh.model.plan.ClusterState.KubeNode;
import dev.vl3mesh.model.plan.ClusterState.KubeService;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Plans what [DomainPlanner] plans, told fact by fact. A change costs what it touches: its own resource, its
/// node, and the services that the pod is behind. Not safe for threads.
public final class IncrementalPlanner {
    private record PodKey(DomainName domain, IpAddress address) {}

    private record ServiceKey(String namespace, String name) {}

    private record NodeDomain(NodeName node, DomainName domain) {}

    private final KubeClusterName cluster;
    private final Map<DomainName, DomainResource> domains = new HashMap<>();
    private final Map<PodKey, AttachedPod> pods = new HashMap<>();
    private final Map<String, Set<PodKey>> podsByUid = new HashMap<>();
    private final Map<NodeName, KubeNode> nodes = new HashMap<>();
    private final Map<NodeName, Map<DomainName, Integer>> podsOnNode = new HashMap<>();
    private final Map<ServiceKey, KubeService> services = new HashMap<>();
    private final Map<String, Set<ServiceKey>> servicesByUid = new HashMap<>();
    private final Map<ConfigName, Map<DomainName, ConfigResource>> configs = new HashMap<>();

    private final Map<ResourceKey, MeshResource> planned = new HashMap<>();
    private final Map<ServiceKey, Set<DomainName>> plannedServices = new HashMap<>();

    private final Set<DomainName> changedDomains = new HashSet<>();
    private final Set<PodKey> changedPods = new HashSet<>();
    private final Set<NodeDomain> changedNodes = new HashSet<>();
    private final Set<ServiceKey> changedServices = new HashSet<>();
    private final Set<ResourceKey> changedConfigs = new HashSet<>();

    /// Starts with an empty cluster, of which nothing is planned.
    public IncrementalPlanner(KubeClusterName cluster) {
        this.cluster = cluster;
    }

    /// Says how a domain is now; nothing where this cluster is not its home, or any more.
    public void domain(DomainName name, Optional<DomainResource> domain) {
        domain.ifPresentOrElse(d -> domains.put(name, d), () -> domains.remove(name));
        changedDomains.add(name);
    }

    /// Says how a node is reached now.
    public void node(NodeName node, KubeNode now) {
        if (now.outerAddresses().isEmpty()) {
            nodes.remove(node);
        } else {
            nodes.put(node, now);
        }
        podsOnNode
                .getOrDefault(node, Map.of())
                .keySet()
                .forEach(domain -> changedNodes.add(new NodeDomain(node, domain)));
    }

    /// Says who has an address of a domain now.
    ///
    /// @param address the first of the pod's addresses
    /// @param pod nothing where the address is free; otherwise in that domain and with that address
    public void pod(DomainName domain, IpAddress address, Optional<AttachedPod> pod) {
        PodKey key = new PodKey(domain, address);
        @Nullable AttachedPod old = pod.isPresent() ? pods.put(key, pod.get()) : pods.remove(key);
        if (pod.equals(Optional.ofNullable(old))) {
            return;
        }
        if (old != null) {
            forget(key, old);
        }
        pod.ifPresent(now -> {
            podsByUid.computeIfAbsent(now.podUid(), _ -> new HashSet<>(2)).add(key);
            count(now, 1);
            touchServices(now.podUid());
        });
        changedPods.add(key);
    }

    private void forget(PodKey key, AttachedPod old) {
        removeFrom(podsByUid, old.podUid(), key);
        count(old, -1);
        touchServices(old.podUid());
    }

    private void count(AttachedPod pod, int change) {
        Map<DomainName, Integer> counts = podsOnNode.computeIfAbsent(pod.node(), _ -> new HashMap<>(4));
        if (counts.merge(pod.domain(), change, Integer::sum) == 0) {
            counts.remove(pod.domain());
        }
        if (counts.isEmpty()) {
            podsOnNode.remove(pod.node());
        }
        changedNodes.add(new NodeDomain(pod.node(), pod.domain()));
    }

    private void touchServices(String podUid) {
        changedServices.addAll(servicesByUid.getOrDefault(podUid, Set.of()));
    }

    /// Says how a service is now; nothing where it is gone.
    public void service(String namespace, String name, Optional<KubeService> service) {
        ServiceKey key = new ServiceKey(namespace, name);
        @Nullable KubeService old = service.isPresent() ? services.put(key, service.get()) : services.remove(key);
        if (service.equals(Optional.ofNullable(old))) {
            return;
        }
        if (old != null) {
            old.endpoints().forEach(endpoint -> removeFrom(servicesByUid, endpoint.podUid(), key));
        }
        service.ifPresent(now -> now.endpoints()
                .forEach(endpoint -> servicesByUid
                        .computeIfAbsent(endpoint.podUid(), _ -> new HashSet<>(2))
                        .add(key)));
        changedServices.add(key);
    }

    /// Says what is written now under a name for the meshes of domains.
    ///
    /// @param now at most one for each domain, all of that name and of this cluster; empty where it is gone
    public void config(ConfigName name, Collection<ConfigResource> now) {
        Map<DomainName, ConfigResource> byDomain = new HashMap<>(2);
        now.forEach(config -> byDomain.put(config.domain(), config));
        Set<DomainName> touched = new HashSet<>(byDomain.keySet());
        touched.addAll(configs.getOrDefault(name, Map.of()).keySet());
        if (byDomain.isEmpty()) {
            configs.remove(name);
        } else {
            configs.put(name, byDomain);
        }
        touched.forEach(
                domain -> changedConfigs.add(new ResourceKey(ResourceKind.CONFIG, domain, cluster, name.toString())));
    }

    private static <K, V> void removeFrom(Map<K, Set<V>> index, K key, V value) {
        Set<V> values = index.getOrDefault(key, Set.of());
        if (values.contains(value)) {
            values.remove(value);
            if (values.isEmpty()) {
                index.remove(key);
            }
        }
    }

    /// Returns what is different since the last call.
    public SnapshotDelta take() {
        List<MeshResource> upserts = new ArrayList<>();
        Set<ResourceKey> removals = new HashSet<>();
        for (DomainName name : changedDomains) {
            settle(
                    new ResourceKey(ResourceKind.DOMAIN, name, cluster, name.value()),
                    domains.get(name),
                    upserts,
                    removals);
        }
        for (NodeDomain key : changedNodes) {
            settle(
                    new ResourceKey(
                            ResourceKind.NODE, key.domain(), cluster, key.node().value()),
                    nodeResource(key),
                    upserts,
                    removals);
        }
        for (PodKey key : changedPods) {
            @Nullable AttachedPod pod = pods.get(key);
            settle(
                    new ResourceKey(
                            ResourceKind.ATTACHMENT,
                            key.domain(),
                            cluster,
                            key.address().toString()),
                    pod == null ? null : DomainPlanner.attachment(cluster, pod),
                    upserts,
                    removals);
        }
        changedServices.forEach(key -> settleService(key, upserts, removals));
        for (ResourceKey key : changedConfigs) {
            ConfigName name = ConfigName.parse(key.name());
            settle(key, configs.getOrDefault(name, Map.of()).get(key.domain()), upserts, removals);
        }
        changedDomains.clear();
        changedNodes.clear();
        changedPods.clear();
        changedServices.clear();
        changedConfigs.clear();
        return new SnapshotDelta(upserts, removals);
    }

    private void settle(
            ResourceKey key, @Nullable MeshResource now, List<MeshResource> upserts, Set<ResourceKey> removals) {
        if (now == null) {
            if (planned.remove(key) != null) {
                removals.add(key);
            }
        } else if (!now.equals(planned.put(key, now))) {
            upserts.add(now);
        }
    }

    private @Nullable NodeResource nodeResource(NodeDomain key) {
        @Nullable KubeNode node = nodes.get(key.node());
        boolean takesPart = podsOnNode.getOrDefault(key.node(), Map.of()).containsKey(key.domain());
        return node == null || !takesPart ? null : node.in(key.domain(), cluster, key.node());
    }

    private void settleService(ServiceKey key, List<MeshResource> upserts, Set<ResourceKey> removals) {
        @Nullable KubeService service = services.get(key);
        List<ServiceResource> now =
                service == null ? List.of() : DomainPlanner.services(cluster, service, this::podsOf);
        Set<DomainName> in = new HashSet<>();
        for (ServiceResource resource : now) {
            in.add(resource.domain());
            settle(resource.key(), resource, upserts, removals);
        }
        Set<DomainName> before = plannedServices.getOrDefault(key, Set.of());
        for (DomainName domain : before) {
            if (!in.contains(domain)) {
                settle(
                        new ResourceKey(ResourceKind.SERVICE, domain, cluster, key.namespace() + "/" + key.name()),
                        null,
                        upserts,
                        removals);
            }
        }
        if (in.isEmpty()) {
            plannedServices.remove(key);
        } else {
            plannedServices.put(key, in);
        }
    }

    private List<AttachedPod> podsOf(KubeEndpoint endpoint) {
        List<AttachedPod> found = new ArrayList<>(2);
        for (PodKey key : podsByUid.getOrDefault(endpoint.podUid(), Set.of())) {
            @Nullable AttachedPod pod = pods.get(key);
            if (pod != null) {
                found.add(pod);
            }
        }
        return found;
    }

    /// Everything that is planned, as of the last [#take].
    public Collection<MeshResource> planned() {
        return List.copyOf(planned.values());
    }
}
