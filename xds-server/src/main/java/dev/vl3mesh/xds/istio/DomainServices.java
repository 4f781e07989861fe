package dev.vl3mesh.xds.istio;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The services of a domain, put together from what each cluster says of them, and the pods behind them.
final class DomainServices {
    /// A service, or a workload as its sidecars know it.
    record NamespacedName(String namespace, String name) implements Comparable<NamespacedName> {
        @Override
        public int compareTo(NamespacedName other) {
            int order = namespace.compareTo(other.namespace);
            return order != 0 ? order : name.compareTo(other.name);
        }
    }

    /// A pod behind services.
    ///
    /// @param services those that take it for ready, by name
    record Member(AttachmentResource attachment, SortedSet<String> services) {}

    /// A pod that is reached by its own name and address, because its service has none.
    ///
    /// @param label of its name below the service's
    record Headless(AttachmentResource attachment, String label, List<IpAddress> addresses) {}

    /// What a workload is reached at.
    ///
    /// @param labels of its first pod
    /// @param ports by their numbers on the pods
    record Inbound(Map<String, String> labels, SortedMap<Integer, ServicePort> ports) {}

    private final SortedMap<NamespacedName, SortedMap<Integer, ServicePort>> services = new TreeMap<>();
    private final Map<NamespacedName, List<IpAddress>> virtual = new TreeMap<>();
    private final Set<NamespacedName> withoutVirtual = new TreeSet<>();
    private final Map<NamespacedName, SortedMap<KubeClusterName, String>> distributions = new TreeMap<>();
    private final SortedMap<IpAddress, Member> ready = new TreeMap<>();
    private final SortedMap<NamespacedName, SortedMap<IpAddress, Headless>> headless = new TreeMap<>();
    private final SortedMap<NamespacedName, Inbound> workloads = new TreeMap<>();

    /// Puts a domain's resources together.
    DomainServices(Collection<MeshResource> resources) {
        Map<IpAddress, AttachmentResource> pods = new TreeMap<>();
        for (MeshResource resource : resources) {
            if (resource instanceof AttachmentResource pod) {
                pods.put(pod.addresses().getFirst(), pod);
            }
        }
        for (MeshResource resource : resources) {
            if (resource instanceof ServiceResource part) {
                add(part, pods);
            } else if (resource instanceof VirtualResource given) {
                virtual.put(new NamespacedName(given.namespace(), given.name()), given.addresses());
            }
        }
    }

    private void add(ServiceResource part, Map<IpAddress, AttachmentResource> pods) {
        SortedMap<Integer, ServicePort> ports =
                services.computeIfAbsent(new NamespacedName(part.namespace(), part.name()), _ -> new TreeMap<>());
        part.ports().forEach(port -> ports.putIfAbsent(port.port(), port));
        if (!part.trafficDistribution().isEmpty()) {
            distributions
                    .computeIfAbsent(new NamespacedName(part.namespace(), part.name()), _ -> new TreeMap<>())
                    .put(part.origin(), part.trafficDistribution());
        }
        if (!part.takesVirtual()) {
            withoutVirtual.add(new NamespacedName(part.namespace(), part.name()));
        }
        for (ServiceEndpoint endpoint : part.endpoints()) {
            Optional.ofNullable(pods.get(endpoint.addresses().getFirst()))
                    .filter(pod -> pod.namespace().equals(part.namespace()))
                    .ifPresent(pod -> add(part, endpoint, pod));
        }
    }

    private void add(ServiceResource part, ServiceEndpoint endpoint, AttachmentResource pod) {
        if (pod.sidecar()) {
            Inbound inbound = workloads.computeIfAbsent(
                    new NamespacedName(pod.namespace(), pod.workload().name()),
                    _ -> new Inbound(pod.workload().labels(), new TreeMap<>()));
            part.ports().forEach(port -> inbound.ports().putIfAbsent(port.targetPort(), port));
        }
        if (endpoint.ready()) {
            ready.computeIfAbsent(pod.addresses().getFirst(), _ -> new Member(pod, new TreeSet<>()))
                    .services()
                    .add(part.name());
            if (part.headless()) {
                IpAddress address = endpoint.addresses().getFirst();
                String label = endpoint.hostname().isEmpty() ? address.label() : endpoint.hostname();
                headless.computeIfAbsent(new NamespacedName(part.namespace(), part.name()), _ -> new TreeMap<>())
                        .put(address, new Headless(pod, label, endpoint.addresses()));
            }
        }
    }

    /// The pods that are ready in a service without an address of its own, by their first addresses.
    Collection<Headless> headless(NamespacedName name) {
        return headless.getOrDefault(name, new TreeMap<>()).values();
    }

    /// The ports of each service, by their numbers.
    SortedMap<NamespacedName, SortedMap<Integer, ServicePort>> services() {
        return services;
    }

    /// The virtual addresses of a service; empty where its name answers with its pods'.
    List<IpAddress> virtual(NamespacedName name) {
        return withoutVirtual.contains(name) ? List.of() : virtual.getOrDefault(name, List.of());
    }

    /// Which endpoints of a service callers prefer: what the first cluster in the alphabet says that says
    /// anything; empty where none does.
    String trafficDistribution(NamespacedName name) {
        SortedMap<KubeClusterName, String> said = distributions.get(name);
        return said == null ? "" : said.firstEntry().getValue();
    }

    /// The pods that are ready in some service, by their first addresses.
    SortedMap<IpAddress, Member> ready() {
        return ready;
    }

    /// What each workload is reached at, ready or not.
    SortedMap<NamespacedName, Inbound> workloads() {
        return workloads;
    }
}
