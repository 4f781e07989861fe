package dev.vl3mesh.xds.istio;

import com.google.protobuf.Any;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.xds.istio.DomainServices.Headless;
import dev.vl3mesh.xds.istio.DomainServices.Inbound;
import dev.vl3mesh.xds.istio.DomainServices.Member;
import dev.vl3mesh.xds.istio.DomainServices.NamespacedName;
import dev.vl3mesh.xds.istio.UserConfigs.InForce;
import dev.vl3mesh.xds.istio.UserConfigs.Outcome;
import dev.vl3mesh.xds.istio.proto.IngressListener;
import dev.vl3mesh.xds.istio.proto.ServiceEntry;
import dev.vl3mesh.xds.istio.proto.Sidecar;
import dev.vl3mesh.xds.istio.proto.SidecarPort;
import dev.vl3mesh.xds.istio.proto.WorkloadEntry;
import dev.vl3mesh.xds.istio.proto.WorkloadSelector;
import dev.vl3mesh.xds.mcp.McpSet;
import dev.vl3mesh.xds.mcp.McpSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Makes Istio's configuration of a domain's resources: one ServiceEntry per service, one WorkloadEntry per
/// pod that is ready in one, one Sidecar per workload with the ports that it is reached at; and what users
/// have written. Pure, and the same for the same resources, so that several control planes of a domain say
/// the same.
public final class IstioView {
    /// The label by which a ServiceEntry selects the pods behind it, followed by the service's name.
    static final String SERVICE_LABEL = "service.vl3mesh.dev/";
    /// Of what is made here, so that users have all other names.
    static final String RESERVED = "vl3-";
    private static final String TRAFFIC_DISTRIBUTION = "networking.istio.io/traffic-distribution";
    /// Only endpoints with this label are spoken to by mutual TLS.
    private static final String TLS_MODE = "security.istio.io/tlsMode";

    private final DomainName domain;

    /// For one domain.
    public IstioView(DomainName domain) {
        this.domain = domain;
    }

    /// Makes the whole configuration.
    ///
    /// @param rootNamespace of the mesh
    /// @param resources all of the domain
    /// @param written what users have written
    public McpSnapshot of(String rootNamespace, Collection<MeshResource> resources, Outcome written) {
        Map<IstioKind, List<Any>> all = new EnumMap<>(IstioKind.class);
        DomainServices services = new DomainServices(resources);
        List<Any> entries = all.computeIfAbsent(IstioKind.SERVICE_ENTRY, _ -> new ArrayList<>());
        services.services().forEach((name, ports) -> {
            serviceEntry(name, ports, services, entries);
            podEntries(name, ports, services.headless(name), entries);
        });
        List<Any> workloads = all.computeIfAbsent(IstioKind.WORKLOAD_ENTRY, _ -> new ArrayList<>());
        services.ready().forEach((address, member) -> workloads.add(workloadEntry(address, member)));
        UserSidecars users = new UserSidecars(written.inForce(), rootNamespace);
        List<Any> sidecars = all.computeIfAbsent(IstioKind.SIDECAR, _ -> new ArrayList<>());
        services.workloads().forEach((workload, inbound) -> sidecar(workload, inbound, users, sidecars));
        all.computeIfAbsent(IstioKind.ENVOY_FILTER, _ -> new ArrayList<>()).add(ClosedPorts.in(rootNamespace));
        written.inForce().stream()
                // istiod reads that itself
                .filter(config -> !config.config().name().namespace().equals(rootNamespace))
                .forEach(config -> all.computeIfAbsent(config.kind(), _ -> new ArrayList<>())
                        .add(written(config)));
        Map<String, McpSet> sets = new HashMap<>();
        all.forEach((kind, set) -> sets.put(kind.asked(), McpSet.of(set)));
        return new McpSnapshot(sets);
    }

    private static Any written(InForce config) {
        ConfigName name = config.config().name();
        return McpResources.of(
                config.kind(),
                name.namespace(),
                name.name(),
                config.config().writtenAt(),
                config.config().labels(),
                config.config().annotations(),
                config.body());
    }

    private void serviceEntry(
            NamespacedName name, SortedMap<Integer, ServicePort> ports, DomainServices services, List<Any> entries) {
        ServiceEntry.Builder entry = ServiceEntry.newBuilder()
                .addHosts(name.name() + "." + name.namespace() + HostNames.suffix(domain))
                .addAllAddresses(
                        services.virtual(name).stream().map(IpAddress::toString).toList())
                .setLocation(ServiceEntry.Location.MESH_INTERNAL)
                .setResolution(ServiceEntry.Resolution.STATIC)
                .setWorkloadSelector(WorkloadSelector.newBuilder().putLabels(SERVICE_LABEL + name.name(), "true"));
        addPorts(entry, ports.values().stream());
        if (entry.getPortsCount() > 0) { // Istio has no use for a service without
            String distribution = services.trafficDistribution(name);
            entries.add(McpResources.of(
                    IstioKind.SERVICE_ENTRY,
                    name.namespace(),
                    RESERVED + name.name(),
                    distribution.isEmpty() ? Map.of() : Map.of(TRAFFIC_DISTRIBUTION, distribution),
                    entry.build()));
        }
    }

    private static void addPorts(ServiceEntry.Builder entry, Stream<ServicePort> ports) {
        ports.forEach(port -> PortProtocol.of(port)
                .ifPresent(protocol -> entry.addPortsBuilder()
                        .setNumber(port.port())
                        .setTargetPort(port.targetPort())
                        .setProtocol(protocol)
                        .setName(PortProtocol.name(port))));
    }

    /// Who calls a pod of a headless service by its own name or address means that pod, and no other. Pods of
    /// different clusters may have the same name: that name means any of them, their addresses one each.
    private void podEntries(
            NamespacedName service,
            SortedMap<Integer, ServicePort> ports,
            Collection<Headless> pods,
            List<Any> entries) {
        Map<String, List<Headless>> byLabel =
                pods.stream().collect(Collectors.groupingBy(Headless::label, TreeMap::new, Collectors.toList()));
        byLabel.forEach((label, same) -> {
            boolean alone = same.size() == 1;
            for (Headless pod : same) {
                for (IpAddress address : pod.addresses()) { // of several, Istio would take one as a host
                    boolean first = address.equals(pod.addresses().getFirst());
                    ServiceEntry.Builder entry = podEntry(
                                    service, alone && first ? label : address.label(), List.of(pod))
                            .addAddresses(address.toString());
                    addPorts(entry, ports.values().stream());
                    add(service, address.label(), entry, entries);
                }
            }
            if (!alone) { // by TCP an address is all that there is to see
                ServiceEntry.Builder entry = podEntry(service, label, same);
                addPorts(entry, ports.values().stream().filter(PortProtocol::namesHost));
                add(service, label, entry, entries);
            }
        });
    }

    private ServiceEntry.Builder podEntry(NamespacedName service, String label, List<Headless> pods) {
        ServiceEntry.Builder entry = ServiceEntry.newBuilder()
                .addHosts(label + "." + service.name() + "." + service.namespace() + HostNames.suffix(domain))
                .setLocation(ServiceEntry.Location.MESH_INTERNAL)
                .setResolution(ServiceEntry.Resolution.STATIC);
        pods.forEach(pod -> entry.addEndpoints(endpoint(pod.addresses().getFirst(), pod.attachment())));
        return entry;
    }

    private static void add(NamespacedName service, String label, ServiceEntry.Builder entry, List<Any> entries) {
        if (entry.getPortsCount() > 0) {
            entries.add(McpResources.of(
                    IstioKind.SERVICE_ENTRY,
                    service.namespace(),
                    RESERVED + service.name() + "." + label,
                    entry.build()));
        }
    }

    private static WorkloadEntry.Builder endpoint(IpAddress address, AttachmentResource pod) {
        WorkloadEntry.Builder entry = WorkloadEntry.newBuilder()
                .setAddress(address.toString())
                .setLocality(locality(pod))
                .setServiceAccount(pod.serviceAccount())
                .putAllLabels(pod.workload().labels().entrySet().stream()
                        .filter(label -> !label.getKey().startsWith(SERVICE_LABEL))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        if (pod.sidecar()) {
            entry.putLabels(TLS_MODE, "istio");
        }
        return entry;
    }

    private static Any workloadEntry(IpAddress address, Member member) {
        WorkloadEntry.Builder entry = endpoint(address, member.attachment());
        member.services().forEach(service -> entry.putLabels(SERVICE_LABEL + service, "true"));
        return McpResources.of(
                IstioKind.WORKLOAD_ENTRY, member.attachment().namespace(), RESERVED + address.label(), entry.build());
    }

    /// As the pod's own sidecar reads its labels: what Kubernetes has put there of its node, or else what
    /// admission has.
    private static String locality(AttachmentResource pod) {
        Map<String, String> labels = pod.workload().labels();
        String region = labels.getOrDefault("topology.kubernetes.io/region", "");
        String zone = labels.getOrDefault("topology.kubernetes.io/zone", "");
        if (region.isEmpty() && zone.isEmpty()) {
            return labels.getOrDefault(Labels.LOCALITY, pod.origin().value()).replace('.', '/');
        }
        return zone.isEmpty() ? region : region + "/" + zone;
    }

    /// What the user has said of the workload counts, beside the ports that its Services tell of.
    private static void sidecar(NamespacedName workload, Inbound inbound, UserSidecars users, List<Any> sidecars) {
        Sidecar.Builder sidecar = users.of(workload.namespace(), inbound.labels()).toBuilder();
        sidecar.setWorkloadSelector(WorkloadSelector.newBuilder().putLabels(Labels.WORKLOAD, workload.name()));
        List<Integer> listed = sidecar.getIngressList().stream()
                .map(listener -> listener.getPort().getNumber())
                .toList();
        inbound.ports()
                .forEach((target, port) -> PortProtocol.of(port)
                        .filter(_ -> !listed.contains(target))
                        .ifPresent(protocol -> sidecar.addIngress(IngressListener.newBuilder()
                                .setPort(SidecarPort.newBuilder()
                                        .setNumber(target)
                                        .setProtocol(protocol)
                                        .setName(PortProtocol.name(port) + "-" + target)))));
        if (sidecar.getIngressCount() > 0) {
            sidecars.add(McpResources.of(
                    IstioKind.SIDECAR, workload.namespace(), RESERVED + workload.name(), sidecar.build()));
        }
    }
}
