package dev.vl3mesh.xds.encode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DnsNames;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh.IstioCanary;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import dev.vl3mesh.model.plan.MeshResource.Workload;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.TunnelEnd;
import dev.vl3mesh.xds.proto.v1.Attachment;
import dev.vl3mesh.xds.proto.v1.Config;
import dev.vl3mesh.xds.proto.v1.Domain;
import dev.vl3mesh.xds.proto.v1.Node;
import dev.vl3mesh.xds.proto.v1.Service;
import dev.vl3mesh.xds.proto.v1.Verdict;
import dev.vl3mesh.xds.proto.v1.Virtual;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Writes and reads resources. What is read may come from anybody: each field is checked.
public final class ResourceCodec {
    private static final int VNI_MAX = (1 << 24) - 1;
    private static final int SLOT_MAX = 9;
    private static final Set<String> PROTOCOLS = Set.of("TCP", "UDP", "SCTP");

    private ResourceCodec() {}

    /// Writes a resource; the same bytes for equal resources.
    public static ByteString encode(MeshResource resource) {
        return switch (resource) {
            case DomainResource domain -> encode(domain);
            case NodeResource node -> encode(node);
            case AttachmentResource attachment -> encode(attachment);
            case ServiceResource service -> encode(service);
            case VirtualResource virtual ->
                Virtual.newBuilder()
                        .setDomain(virtual.domain().value())
                        .setCluster(virtual.origin().value())
                        .setNamespace(virtual.namespace())
                        .setName(virtual.name())
                        .addAllAddresses(texts(virtual.addresses()))
                        .build()
                        .toByteString();
            case ConfigResource config -> ConfigCodec.encode(config).toByteString();
            case VerdictResource verdict -> ConfigCodec.encode(verdict).toByteString();
        };
    }

    private static ByteString encode(NodeResource node) {
        Node.Builder builder = Node.newBuilder()
                .setDomain(node.domain().value())
                .setCluster(node.origin().value())
                .setName(node.node().value())
                .addAllOuterAddresses(texts(node.outerAddresses()));
        node.tunnel().ifPresent(tunnel -> builder.setTunnel(encode(tunnel)));
        return builder.build().toByteString();
    }

    /// Writes a node's end of an encrypted carrier.
    public static Node.Tunnel encode(TunnelEnd tunnel) {
        return Node.Tunnel.newBuilder()
                .setPublicKey(tunnel.publicKey())
                .setPort(tunnel.port())
                .build();
    }

    /// Reads a node's end of an encrypted carrier.
    ///
    /// @throws IllegalArgumentException if it is none
    public static TunnelEnd decode(Node.Tunnel message) {
        return new TunnelEnd(message.getPublicKey(), message.getPort());
    }

    private static ByteString encode(DomainResource domain) {
        Domain.Builder builder = Domain.newBuilder()
                .setName(domain.domain().value())
                .setHome(domain.origin().value())
                .addAllPrefixes(texts(domain.prefixes()))
                .setVni(domain.vni())
                .setSlot(domain.slot())
                .setMtu(domain.mtu())
                .setCarrier(domain.carrier().word());
        domain.istio()
                .ifPresent(istio -> builder.getIstioBuilder()
                        .setRevision(istio.revision())
                        .setNamespace(istio.namespace())
                        .setProxyImage(istio.proxyImage())
                        .setRoot(istio.root())
                        .setCanary(istio.canary().map(IstioCanary::revision).orElse(""))
                        .setCanaryImage(
                                istio.canary().map(IstioCanary::proxyImage).orElse("")));
        return builder.build().toByteString();
    }

    private static ByteString encode(AttachmentResource attachment) {
        Attachment.Builder builder = Attachment.newBuilder()
                .setDomain(attachment.domain().value())
                .setCluster(attachment.origin().value())
                .setNode(attachment.node().value())
                .addAllAddresses(texts(attachment.addresses()))
                .setNamespace(attachment.namespace())
                .setPod(attachment.pod())
                .setPodUid(attachment.podUid().orElse(""))
                .setServiceAccount(attachment.serviceAccount())
                .setReady(attachment.ready())
                .setSidecar(attachment.sidecar());
        if (!attachment.workload().equals(Workload.UNTOLD)) {
            builder.getWorkloadBuilder().setName(attachment.workload().name());
            builder.getWorkloadBuilder()
                    .addAllLabels(ConfigCodec.labels(attachment.workload().labels()));
        }
        return builder.build().toByteString();
    }

    private static ByteString encode(ServiceResource service) {
        Service.Builder builder = Service.newBuilder()
                .setDomain(service.domain().value())
                .setCluster(service.origin().value())
                .setNamespace(service.namespace())
                .setName(service.name())
                .setHeadless(service.headless())
                .setTrafficDistribution(service.trafficDistribution());
        for (ServicePort port : service.ports()) {
            builder.addPorts(Service.Port.newBuilder()
                    .setName(port.name())
                    .setProtocol(port.protocol())
                    .setPort(port.port())
                    .setTargetPort(port.targetPort())
                    .setAppProtocol(port.appProtocol()));
        }
        for (ServiceEndpoint endpoint : service.endpoints()) {
            builder.addEndpoints(Service.Endpoint.newBuilder()
                    .addAllAddresses(texts(endpoint.addresses()))
                    .setHostname(endpoint.hostname())
                    .setPod(endpoint.pod())
                    .setReady(endpoint.ready()));
        }
        return builder.build().toByteString();
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(Object::toString).toList();
    }

    /// The version of a written resource, a hash of its content: equal after any restart, on any replica,
    /// and for whoever kept the resource on disk.
    public static String version(ByteString body) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(body.asReadOnlyByteBuffer());
            return HexFormat.of().formatHex(sha256.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Reads a resource.
    ///
    /// @param name the name on the wire, which must be the resource's own
    /// @throws ResourceProblem if any field is not as it must be
    public static MeshResource decode(ResourceKind kind, String name, ByteString bytes) throws ResourceProblem {
        try {
            MeshResource resource = switch (kind) {
                case DOMAIN -> domain(Domain.parseFrom(bytes));
                case NODE -> node(Node.parseFrom(bytes));
                case ATTACHMENT -> attachment(Attachment.parseFrom(bytes));
                case SERVICE -> service(Service.parseFrom(bytes));
                case VIRTUAL -> virtual(Virtual.parseFrom(bytes));
                case CONFIG -> ConfigCodec.decode(Config.parseFrom(bytes));
                case VERDICT -> ConfigCodec.decode(Verdict.parseFrom(bytes));
            };
            String own = resource.key().wireName();
            if (!own.equals(name)) {
                throw new ResourceProblem(kind + " '" + name + "': its content belongs to the name '" + own + "'");
            }
            return resource;
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new ResourceProblem(kind + " '" + name + "': " + e.getMessage());
        }
    }

    private static MeshResource domain(Domain message) {
        List<IpPrefix> prefixes =
                message.getPrefixesList().stream().map(IpPrefix::parse).toList();
        AddressPlan.of(prefixes);
        Carrier carrier = Carrier.parse(message.getCarrier())
                .orElseThrow(() -> new IllegalArgumentException("unknown carrier '" + message.getCarrier() + "'"));
        return new DomainResource(
                new KubeClusterName(message.getHome()),
                new DomainName(message.getName()),
                prefixes,
                within("vni", message.getVni(), 1, VNI_MAX),
                within("slot", message.getSlot(), 0, SLOT_MAX),
                within("mtu", message.getMtu(), 0, 65_535),
                carrier,
                message.hasIstio() ? Optional.of(istio(message.getIstio())) : Optional.empty());
    }

    private static IstioMesh istio(Domain.Istio message) {
        if (!DnsNames.isSubdomain(message.getRevision()) || !DnsNames.isSubdomain(message.getNamespace())) {
            throw new IllegalArgumentException("'" + message.getRevision() + "' in '" + message.getNamespace()
                    + "' is no revision in a namespace");
        }
        return new IstioMesh(
                message.getRevision(),
                message.getNamespace(),
                message.getProxyImage(),
                message.getRoot(),
                message.getCanary().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new IstioCanary(message.getCanary(), message.getCanaryImage())));
    }

    private static MeshResource node(Node message) {
        return new NodeResource(
                new KubeClusterName(message.getCluster()),
                new DomainName(message.getDomain()),
                new NodeName(message.getName()),
                addresses(message.getOuterAddressesList()),
                message.hasTunnel() ? Optional.of(decode(message.getTunnel())) : Optional.empty());
    }

    private static MeshResource attachment(Attachment message) {
        return new AttachmentResource(
                new KubeClusterName(message.getCluster()),
                new DomainName(message.getDomain()),
                nonEmpty(addresses(message.getAddressesList())),
                new NodeName(message.getNode()),
                message.getNamespace(),
                message.getPod(),
                message.getPodUid().isEmpty() ? Optional.empty() : Optional.of(message.getPodUid()),
                message.getServiceAccount(),
                message.getReady(),
                message.getSidecar(),
                new Workload(
                        message.getWorkload().getName(),
                        ConfigCodec.map(message.getWorkload().getLabelsList())));
    }

    private static MeshResource service(Service message) {
        return new ServiceResource(
                new KubeClusterName(message.getCluster()),
                new DomainName(message.getDomain()),
                message.getNamespace(),
                message.getName(),
                message.getHeadless(),
                message.getPortsList().stream().map(ResourceCodec::port).toList(),
                message.getEndpointsList().stream()
                        .map(e -> new ServiceEndpoint(
                                nonEmpty(addresses(e.getAddressesList())), e.getHostname(), e.getPod(), e.getReady()))
                        .toList(),
                message.getTrafficDistribution());
    }

    private static MeshResource virtual(Virtual message) {
        return new VirtualResource(
                new KubeClusterName(message.getCluster()),
                new DomainName(message.getDomain()),
                message.getNamespace(),
                message.getName(),
                nonEmpty(addresses(message.getAddressesList())));
    }

    private static ServicePort port(Service.Port message) {
        if (!PROTOCOLS.contains(message.getProtocol())) {
            throw new IllegalArgumentException("unknown protocol '" + message.getProtocol() + "'");
        }
        return new ServicePort(
                message.getName(),
                message.getProtocol(),
                within("port", message.getPort(), 1, 65_535),
                within("target port", message.getTargetPort(), 1, 65_535),
                message.getAppProtocol());
    }

    private static List<IpAddress> addresses(List<String> texts) {
        if (texts.size() > 2) {
            throw new IllegalArgumentException("more than one address of a family");
        }
        return texts.stream().map(IpAddress::parse).toList();
    }

    private static List<IpAddress> nonEmpty(List<IpAddress> addresses) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no address");
        }
        return addresses;
    }

    private static int within(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is not in " + min + ".." + max);
        }
        return value;
    }
}
