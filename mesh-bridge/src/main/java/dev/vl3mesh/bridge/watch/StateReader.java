package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.ClusterState.AttachedPod;
import dev.vl3mesh.model.plan.ClusterState.KubeEndpoint;
import dev.vl3mesh.model.plan.ClusterState.KubeService;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.Workload;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the model's facts out of Kubernetes' objects, one by one.
public final class StateReader {
    private static final String TRAFFIC_DISTRIBUTION = "networking.istio.io/traffic-distribution";

    private StateReader() {}

    /// A domain is published once it was accepted, which is when it has its numbers; and as it was accepted
    /// last, whatever its spec says meanwhile.
    public static Optional<DomainResource> domain(KubeClusterName cluster, Domain domain) {
        DomainStatus status = Objects.requireNonNullElse(domain.getStatus(), DomainStatus.NONE);
        @Nullable Integer vni = status.vni();
        @Nullable Integer slot = status.slot();
        if (ClusterCache.isCopy(domain) || vni == null || slot == null) {
            return Optional.empty();
        }
        return domain.carrierInForce()
                .flatMap(Carrier::parse)
                .map(carrier -> new DomainResource(
                        cluster,
                        new DomainName(domain.getMetadata().getName()),
                        domain.prefixesInForce().stream().map(IpPrefix::parse).toList(),
                        vni,
                        slot,
                        Objects.requireNonNullElse(domain.getSpec().mtu(), 0),
                        carrier,
                        istio(domain)));
    }

    /// The Istio that runs over a domain.
    public static Optional<IstioMesh> istio(Domain domain) {
        String name = domain.getMetadata().getName();
        return Optional.ofNullable(domain.getSpec().mesh())
                .map(MeshSpec::istio)
                .map(istio -> new IstioMesh(
                        istio.revisionOf(name),
                        istio.namespaceOf(name),
                        istio.proxyImage(),
                        Objects.requireNonNullElse(
                                Objects.requireNonNullElse(domain.getStatus(), DomainStatus.NONE)
                                        .meshRoot(),
                                ""),
                        Optional.ofNullable(istio.canary())
                                .map(canary -> new IstioMesh.IstioCanary(canary.revision(), canary.proxyImage()))));
    }

    /// Reads who has an address; nothing where nobody has, or it is not known on which node.
    ///
    /// @param pods finds a pod by its uid
    public static Optional<AttachedPod> attachedPod(Attachment attachment, Function<String, Optional<Pod>> pods) {
        AttachmentStatus status = attachment.getStatus();
        if (status == null
                || status.podUid() == null
                || status.node() == null
                || status.pod() == null
                || status.releasedAt() != null) {
            return Optional.empty();
        }
        Optional<Pod> pod = pods.apply(status.podUid());
        boolean sidecar = Boolean.TRUE.equals(attachment.getSpec().sidecar());
        return Optional.of(new AttachedPod(
                new DomainName(attachment.getSpec().domain()),
                attachment.getSpec().addresses().stream().map(IpAddress::parse).toList(),
                attachment.getSpec().namespace(),
                status.pod(),
                status.podUid(),
                new NodeName(status.node()),
                Objects.requireNonNullElse(status.serviceAccount(), "default"),
                pod.map(StateReader::ready).orElse(false),
                pod.filter(there -> MeshReadiness.butForOthers(
                                there, attachment.getSpec().domain()))
                        .isPresent(),
                sidecar,
                // what only meshes read is sent for their pods alone
                sidecar ? pod.map(StateReader::workload).orElse(Workload.UNTOLD) : Workload.UNTOLD));
    }

    private static Workload workload(Pod pod) {
        Map<String, String> labels =
                Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of());
        return new Workload(labels.getOrDefault(Labels.WORKLOAD, ""), labels);
    }

    static boolean ready(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"));
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

    /// Reads a service; nothing where nobody is behind it.
    ///
    /// @param slices those of the service
    public static Optional<KubeService> service(Service service, List<EndpointSlice> slices) {
        if (slices.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(read(service, slices));
    }

    private static KubeService read(Service service, List<EndpointSlice> slices) {
        Map<String, KubeEndpoint> endpoints = new LinkedHashMap<>();
        for (EndpointSlice slice : slices) {
            for (Endpoint endpoint : Objects.requireNonNullElse(slice.getEndpoints(), List.<Endpoint>of())) {
                if (endpoint.getTargetRef() != null
                        && "Pod".equals(endpoint.getTargetRef().getKind())) {
                    String uid = endpoint.getTargetRef().getUid();
                    boolean ready = endpoint.getConditions() == null // absent means ready, as Kubernetes says
                            || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
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
                List.copyOf(endpoints.values()),
                trafficDistribution(service));
    }

    /// Istio's annotation, else what Kubernetes itself goes by.
    private static String trafficDistribution(Service service) {
        String own = Objects.requireNonNullElse(service.getSpec().getTrafficDistribution(), "");
        Map<String, String> annotations = service.getMetadata().getAnnotations();
        return annotations == null ? own : annotations.getOrDefault(TRAFFIC_DISTRIBUTION, own);
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
                            targets.getOrDefault(name, port.getPort()),
                            Objects.requireNonNullElse(port.getAppProtocol(), ""));
                })
                .toList();
    }
}
