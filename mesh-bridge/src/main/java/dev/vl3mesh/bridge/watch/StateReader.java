package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.ClusterState;
import dev.vl3mesh.model.plan.ClusterState.AttachedPod;
import dev.vl3mesh.model.plan.ClusterState.KubeEndpoint;
import dev.vl3mesh.model.plan.ClusterState.KubeService;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads the model's state out of Kubernetes' objects.
public final class StateReader {
    private static final String SERVICE_NAME = "kubernetes.io/service-name"; // of EndpointSlices

    private StateReader() {}

    /// Reads everything that is planned from.
    public static ClusterState read(KubeClusterName cluster, ClusterCache cache) {
        Map<String, Pod> pods = cache.pods().stream()
                .collect(Collectors.toMap(pod -> pod.getMetadata().getUid(), pod -> pod, (a, _) -> a));
        List<AttachedPod> attached = new ArrayList<>();
        for (Attachment attachment : cache.attachments()) {
            attachedPod(attachment, pods).ifPresent(attached::add);
        }
        return new ClusterState(
                cluster, domains(cluster, cache.domains()), attached, nodes(cache.nodes()), services(cache));
    }

    private static List<DomainResource> domains(KubeClusterName cluster, List<Domain> domains) {
        return domains.stream()
                .filter(domain -> !ClusterCache.isCopy(domain))
                .flatMap(domain -> domain(cluster, domain).stream())
                .toList();
    }

    /// A domain is published once it was accepted, which is when it has its numbers.
    private static Optional<DomainResource> domain(KubeClusterName cluster, Domain domain) {
        DomainStatus status = domain.getStatus();
        @Nullable Integer vni = status == null ? null : status.vni();
        @Nullable Integer slot = status == null ? null : status.slot();
        if (vni == null || slot == null) {
            return Optional.empty();
        }
        return Carrier.parse(domain.getSpec().carrier())
                .map(carrier -> new DomainResource(
                        cluster,
                        new DomainName(domain.getMetadata().getName()),
                        domain.getSpec().prefixes().stream()
                                .map(IpPrefix::parse)
                                .toList(),
                        vni,
                        slot,
                        Objects.requireNonNullElse(domain.getSpec().mtu(), 0),
                        carrier));
    }

    private static Optional<AttachedPod> attachedPod(Attachment attachment, Map<String, Pod> pods) {
        AttachmentStatus status = attachment.getStatus();
        if (status == null
                || status.podUid() == null
                || status.node() == null
                || status.pod() == null
                || status.releasedAt() != null) {
            return Optional.empty();
        }
        @Nullable Pod pod = pods.get(status.podUid());
        return Optional.of(new AttachedPod(
                new DomainName(attachment.getSpec().domain()),
                attachment.getSpec().addresses().stream().map(IpAddress::parse).toList(),
                attachment.getSpec().namespace(),
                status.pod(),
                status.podUid(),
                new NodeName(status.node()),
                Objects.requireNonNullElse(status.serviceAccount(), "default"),
                pod != null && ready(pod)));
    }

    private static boolean ready(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private static Map<NodeName, List<IpAddress>> nodes(List<Node> nodes) {
        Map<NodeName, List<IpAddress>> addresses = new HashMap<>();
        for (Node node : nodes) {
            addresses.put(new NodeName(node.getMetadata().getName()), internalAddresses(node));
        }
        return addresses;
    }

    /// The addresses that Kubernetes calls internal: one of each family at most.
    public static List<IpAddress> internalAddresses(Node node) {
        if (node.getStatus() == null || node.getStatus().getAddresses() == null) {
            return List.of();
        }
        Map<Object, IpAddress> byFamily = new LinkedHashMap<>();
        node.getStatus().getAddresses().stream()
                .filter(address -> address.getType().equals("InternalIP"))
                .map(address -> IpAddress.parse(address.getAddress()))
                .sorted()
                .forEach(address -> byFamily.putIfAbsent(address.family(), address));
        return List.copyOf(byFamily.values());
    }

    private static List<KubeService> services(ClusterCache cache) {
        Map<String, List<EndpointSlice>> slices = new HashMap<>();
        for (EndpointSlice slice : cache.slices()) {
            Map<String, String> labels = slice.getMetadata().getLabels();
            if (labels != null && labels.containsKey(SERVICE_NAME)) {
                slices.computeIfAbsent(
                                slice.getMetadata().getNamespace() + "/" + labels.get(SERVICE_NAME),
                                _ -> new ArrayList<>())
                        .add(slice);
            }
        }
        List<KubeService> services = new ArrayList<>();
        for (Service service : cache.services()) {
            List<EndpointSlice> own = slices.getOrDefault(
                    service.getMetadata().getNamespace() + "/"
                            + service.getMetadata().getName(),
                    List.of());
            if (!own.isEmpty()) {
                services.add(service(service, own));
            }
        }
        return services;
    }

    private static KubeService service(Service service, List<EndpointSlice> slices) {
        Map<String, KubeEndpoint> endpoints = new LinkedHashMap<>();
        for (EndpointSlice slice : slices) {
            for (Endpoint endpoint : Objects.requireNonNullElse(slice.getEndpoints(), List.<Endpoint>of())) {
                if (endpoint.getTargetRef() != null
                        && "Pod".equals(endpoint.getTargetRef().getKind())) {
                    String uid = endpoint.getTargetRef().getUid();
                    boolean ready =
                            !Boolean.FALSE.equals(endpoint.getConditions().getReady());
                    endpoints.putIfAbsent(
                            uid, new KubeEndpoint(uid, Optional.ofNullable(endpoint.getHostname()), ready));
                }
            }
        }
        return new KubeService(
                service.getMetadata().getNamespace(),
                service.getMetadata().getName(),
                "None".equals(service.getSpec().getClusterIP()),
                ports(service, slices),
                List.copyOf(endpoints.values()));
    }

    /// The slices name the target ports as numbers, whatever the Service wrote.
    private static List<ServicePort> ports(Service service, List<EndpointSlice> slices) {
        Map<String, Integer> targets = new HashMap<>();
        slices.forEach(slice -> Objects.requireNonNullElse(slice.getPorts(), List.<EndpointPort>of())
                .forEach(port -> {
                    if (port.getPort() != null) {
                        targets.putIfAbsent(Objects.requireNonNullElse(port.getName(), ""), port.getPort());
                    }
                }));
        if (service.getSpec().getPorts() == null) {
            return List.of();
        }
        return service.getSpec().getPorts().stream()
                .map(port -> {
                    String name = Objects.requireNonNullElse(port.getName(), "");
                    return new ServicePort(
                            name,
                            Objects.requireNonNullElse(port.getProtocol(), "TCP"),
                            port.getPort(),
                            targets.getOrDefault(name, port.getPort()));
                })
                .toList();
    }
}
