package dev.vl3mesh.xds.istio;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.istio.DomainServices.Member;
import dev.vl3mesh.xds.istio.DomainServices.ServiceName;
import dev.vl3mesh.xds.istio.DomainServices.WorkloadKey;
import dev.vl3mesh.xds.istio.proto.IngressListener;
import dev.vl3mesh.xds.istio.proto.McpMetadata;
import dev.vl3mesh.xds.istio.proto.McpResource;
import dev.vl3mesh.xds.istio.proto.ServiceEntry;
import dev.vl3mesh.xds.istio.proto.Sidecar;
import dev.vl3mesh.xds.istio.proto.SidecarPort;
import dev.vl3mesh.xds.istio.proto.WorkloadEntry;
import dev.vl3mesh.xds.istio.proto.WorkloadSelector;
import dev.vl3mesh.xds.mcp.McpSet;
import dev.vl3mesh.xds.mcp.McpSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/// Makes Istio's configuration of a domain's resources: one ServiceEntry per service, one WorkloadEntry per pod that is
/// ready in one, one Sidecar per workload with the ports that it is reached at. Pure, and the same for the same
/// resources, so that several control planes of a domain say the same.
public final class IstioView {
    /// The label by which a ServiceEntry selects the pods behind it, followed by the service's name.
    private static final String SERVICE_LABEL = "service.vl3mesh.dev/";
    /// Only endpoints with this label are spoken to by mutual TLS.
    private static final String TLS_MODE = "security.istio.io/tlsMode";

    /// Istio lets the oldest of several win, and takes a missing time for 1970: any fixed time will do.
    private static final Timestamp CREATED =
            Timestamp.newBuilder().setSeconds(1_577_836_800).build();

    private final DomainName domain;

    /// For one domain.
    public IstioView(DomainName domain) {
        this.domain = domain;
    }

    /// Makes the whole configuration.
    ///
    /// @param resources all of the domain
    public McpSnapshot of(Collection<MeshResource> resources) {
        DomainServices services = new DomainServices(resources);
        List<Any> entries = new ArrayList<>();
        services.services().forEach((name, ports) -> serviceEntry(name, ports, entries));
        List<Any> workloads = new ArrayList<>();
        services.ready().forEach((address, member) -> workloads.add(workloadEntry(address, member)));
        List<Any> sidecars = new ArrayList<>();
        services.workloads().forEach((workload, ports) -> sidecar(workload, ports, sidecars));
        return new McpSnapshot(Map.of(
                IstioTypes.SERVICE_ENTRY.asked(), McpSet.of(entries),
                IstioTypes.WORKLOAD_ENTRY.asked(), McpSet.of(workloads),
                IstioTypes.SIDECAR.asked(), McpSet.of(sidecars)));
    }

    private void serviceEntry(ServiceName name, SortedMap<Integer, ServicePort> ports, List<Any> entries) {
        ServiceEntry.Builder entry = ServiceEntry.newBuilder()
                .addHosts(name.name() + "." + name.namespace() + ".svc." + domain + ".vl3.internal")
                .setLocation(ServiceEntry.Location.MESH_INTERNAL)
                .setResolution(ServiceEntry.Resolution.STATIC)
                .setWorkloadSelector(WorkloadSelector.newBuilder().putLabels(SERVICE_LABEL + name.name(), "true"));
        ports.values()
                .forEach(port -> PortProtocol.of(port)
                        .ifPresent(protocol -> entry.addPortsBuilder()
                                .setNumber(port.port())
                                .setTargetPort(port.targetPort())
                                .setProtocol(protocol)
                                .setName(PortProtocol.name(port))));
        if (entry.getPortsCount() > 0) { // Istio has no use for a service without
            entries.add(resource(IstioTypes.SERVICE_ENTRY, name.namespace(), name.name(), entry.build()));
        }
    }

    private static Any workloadEntry(IpAddress address, Member member) {
        WorkloadEntry.Builder entry = WorkloadEntry.newBuilder()
                .setAddress(address.toString())
                .setLocality(member.attachment().origin().value())
                .setServiceAccount(member.attachment().serviceAccount())
                .putAllLabels(member.attachment().workload().labels().entrySet().stream()
                        .filter(label -> !label.getKey().startsWith(SERVICE_LABEL))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        if (member.attachment().sidecar()) {
            entry.putLabels(TLS_MODE, "istio");
        }
        member.services().forEach(service -> entry.putLabels(SERVICE_LABEL + service, "true"));
        return resource(
                IstioTypes.WORKLOAD_ENTRY,
                member.attachment().namespace(),
                address.toString().replace('.', '-').replace(':', '-'),
                entry.build());
    }

    private static void sidecar(WorkloadKey workload, SortedMap<Integer, ServicePort> ports, List<Any> sidecars) {
        Sidecar.Builder sidecar = Sidecar.newBuilder()
                .setWorkloadSelector(WorkloadSelector.newBuilder().putLabels(Labels.WORKLOAD, workload.name()));
        ports.forEach((target, port) -> PortProtocol.of(port)
                .ifPresent(protocol -> sidecar.addIngress(IngressListener.newBuilder()
                        .setPort(SidecarPort.newBuilder()
                                .setNumber(target)
                                .setProtocol(protocol)
                                .setName(PortProtocol.name(port) + "-" + target)))));
        if (sidecar.getIngressCount() > 0) {
            sidecars.add(resource(IstioTypes.SIDECAR, workload.namespace(), "vl3-" + workload.name(), sidecar.build()));
        }
    }

    private static Any resource(IstioTypes type, String namespace, String name, Message body) {
        ByteString bytes = bytes(body);
        McpResource resource = McpResource.newBuilder()
                .setMetadata(McpMetadata.newBuilder()
                        .setName(namespace + "/" + name)
                        .setCreateTime(CREATED)
                        .setVersion(ResourceCodec.version(bytes)))
                .setBody(Any.newBuilder().setTypeUrl(type.bodyUrl()).setValue(bytes))
                .build();
        return Any.newBuilder()
                .setTypeUrl(IstioTypes.RESOURCE_URL)
                .setValue(bytes(resource))
                .build();
    }

    /// The same bytes for equal messages, maps included.
    private static ByteString bytes(Message message) {
        ByteString.Output out = ByteString.newOutput(message.getSerializedSize());
        try {
            CodedOutputStream coded = CodedOutputStream.newInstance(out);
            coded.useDeterministicSerialization();
            message.writeTo(coded);
            coded.flush();
        } catch (IOException e) {
            throw new IllegalStateException("a buffer in memory can be written", e);
        }
        return out.toByteString();
    }
}
