package dev.vl3mesh.xds.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import dev.vl3mesh.model.plan.MeshResource.Workload;
import dev.vl3mesh.xds.istio.UserConfigs.InForce;
import dev.vl3mesh.xds.istio.UserConfigs.Outcome;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter;
import dev.vl3mesh.xds.istio.proto.IngressListener;
import dev.vl3mesh.xds.istio.proto.McpResource;
import dev.vl3mesh.xds.istio.proto.ServiceEntry;
import dev.vl3mesh.xds.istio.proto.Sidecar;
import dev.vl3mesh.xds.istio.proto.SidecarPort;
import dev.vl3mesh.xds.istio.proto.WorkloadEntry;
import dev.vl3mesh.xds.istio.proto.WorkloadSelector;
import dev.vl3mesh.xds.mcp.McpSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IstioViewTest {
    private static final DomainName RED = new DomainName("red");
    private static final String ROOT = "vl3-red";
    private static final List<ServicePort> PORTS = List.of(
            new ServicePort("http", "TCP", 80, 8080),
            new ServicePort("grpc-api", "TCP", 90, 9090),
            new ServicePort("", "TCP", 99, 9999),
            new ServicePort("dns", "UDP", 53, 5353));

    private final IstioView view = new IstioView(RED);

    private static AttachmentResource pod(String cluster, String address, boolean sidecar) {
        return new AttachmentResource(
                new KubeClusterName(cluster),
                RED,
                List.of(IpAddress.parse(address)),
                new NodeName(cluster + "-1"),
                "prod",
                "web-" + address,
                Optional.empty(),
                "web",
                true,
                sidecar,
                new Workload(sidecar ? "replicaset-web-1" : "", Map.of("app", "web", "version", cluster)));
    }

    private static ServiceResource service(String cluster, String address, boolean ready) {
        return new ServiceResource(
                new KubeClusterName(cluster),
                RED,
                "prod",
                "web",
                false,
                PORTS,
                List.of(new ServiceEndpoint(List.of(IpAddress.parse(address)), "", "web-" + address, ready)));
    }

    private static Map<String, McpResource> resources(McpSnapshot snapshot, IstioKind type)
            throws InvalidProtocolBufferException {
        Map<String, McpResource> found = new TreeMap<>();
        for (Any any : snapshot.of(type.asked()).resources()) {
            assertThat(any.getTypeUrl()).isEqualTo("type.googleapis.com/istio.mcp.v1alpha1.Resource");
            McpResource resource = McpResource.parseFrom(any.getValue());
            assertThat(resource.getBody().getTypeUrl()).isEqualTo(type.bodyUrl());
            assertThat(resource.getMetadata().getVersion()).isNotEmpty();
            found.put(resource.getMetadata().getName(), resource);
        }
        return found;
    }

    private static ByteString body(Map<String, McpResource> resources, String name) {
        return Objects.requireNonNull(resources.get(name), name).getBody().getValue();
    }

    private McpSnapshot both(boolean westReady) {
        return view.of(
                ROOT,
                List.of(
                        pod("east", "172.16.0.2", true),
                        pod("west", "172.16.0.66", false),
                        service("east", "172.16.0.2", true),
                        service("west", "172.16.0.66", westReady)),
                Outcome.NONE);
    }

    @Test
    void aServiceOfSeveralClustersIsOne() throws InvalidProtocolBufferException {
        Map<String, McpResource> entries = resources(both(true), IstioKind.SERVICE_ENTRY);
        assertThat(entries).containsOnlyKeys("prod/vl3-web");
        ServiceEntry entry = ServiceEntry.parseFrom(body(entries, "prod/vl3-web"));
        assertThat(entry.getHostsList()).containsExactly("web.prod.svc.red.vl3.internal");
        assertThat(entry.getPortsList())
                .extracting(port ->
                        port.getName() + " " + port.getNumber() + " " + port.getProtocol() + " " + port.getTargetPort())
                .containsExactly("http 80 HTTP 8080", "grpc-api 90 GRPC 9090", "tcp-99 99 TCP 9999");
        assertThat(entry.getWorkloadSelector().getLabelsMap()).containsOnlyKeys("service.vl3mesh.dev/web");
    }

    @Test
    void aPodIsThereWhileItIsReady() throws InvalidProtocolBufferException {
        assertThat(resources(both(false), IstioKind.WORKLOAD_ENTRY)).containsOnlyKeys("prod/vl3-172-16-0-2");
        Map<String, McpResource> entries = resources(both(true), IstioKind.WORKLOAD_ENTRY);
        assertThat(entries).containsOnlyKeys("prod/vl3-172-16-0-2", "prod/vl3-172-16-0-66");
        WorkloadEntry east = WorkloadEntry.parseFrom(body(entries, "prod/vl3-172-16-0-2"));
        assertThat(east.getAddress()).isEqualTo("172.16.0.2");
        assertThat(east.getServiceAccount()).isEqualTo("web");
        assertThat(east.getLabelsMap())
                .containsEntry("version", "east")
                .containsEntry("service.vl3mesh.dev/web", "true")
                .containsEntry("security.istio.io/tlsMode", "istio");
        WorkloadEntry west = WorkloadEntry.parseFrom(body(entries, "prod/vl3-172-16-0-66"));
        assertThat(west.getLabelsMap()).doesNotContainKey("security.istio.io/tlsMode");
    }

    @Test
    void aWorkloadIsReachedAtItsPodsPortsReadyOrNot() throws InvalidProtocolBufferException {
        Map<String, McpResource> sidecars = resources(both(true), IstioKind.SIDECAR);
        assertThat(sidecars).containsOnlyKeys("prod/vl3-replicaset-web-1");
        Sidecar sidecar = Sidecar.parseFrom(body(sidecars, "prod/vl3-replicaset-web-1"));
        assertThat(sidecar.getWorkloadSelector().getLabelsMap())
                .isEqualTo(Map.of("vl3mesh.dev/workload", "replicaset-web-1"));
        assertThat(sidecar.getIngressList())
                .extracting(listener -> listener.getPort().getNumber())
                .containsExactly(8080, 9090, 9999);
        McpSnapshot unready = view.of(
                ROOT, List.of(pod("east", "172.16.0.2", true), service("east", "172.16.0.2", false)), Outcome.NONE);
        assertThat(resources(unready, IstioKind.SIDECAR)).hasSize(1);
        assertThat(resources(unready, IstioKind.WORKLOAD_ENTRY)).isEmpty();
    }

    @Test
    void whatNoServicePublishesIsClosedInTheWholeMesh() throws InvalidProtocolBufferException {
        Map<String, McpResource> filters = resources(view.of(ROOT, List.of(), Outcome.NONE), IstioKind.ENVOY_FILTER);
        assertThat(filters).containsOnlyKeys("vl3-red/vl3-closed-ports");
        EnvoyFilter filter = EnvoyFilter.parseFrom(body(filters, "vl3-red/vl3-closed-ports"));
        assertThat(filter.getConfigPatchesList())
                .extracting(
                        patch -> patch.getMatch().getListener().getFilterChain().getName() + " "
                                + patch.getPatch().getOperation())
                .containsExactly("virtualInbound REMOVE", "virtualInbound-catchall-http REMOVE");
    }

    /// Several istiods of a domain must give equal answers.
    @Test
    void theOrderOfResourcesDoesNotMatter() {
        List<MeshResource> resources = new ArrayList<>(List.of(
                pod("east", "172.16.0.2", true),
                pod("west", "172.16.0.66", true),
                service("east", "172.16.0.2", true),
                service("west", "172.16.0.66", true)));
        McpSnapshot first = view.of(ROOT, resources, Outcome.NONE);
        Collections.reverse(resources);
        assertThat(view.of(ROOT, resources, Outcome.NONE)).isEqualTo(first);
    }

    @Test
    void aServiceHasItsVirtualAddressUnlessSomePartOfItCantBeReachedSo() throws InvalidProtocolBufferException {
        ServiceResource tcp = new ServiceResource(
                new KubeClusterName("east"), RED, "prod", "db", false, PORTS.subList(0, 1), List.of());
        MeshResource virtual = new VirtualResource(
                new KubeClusterName("east"), RED, "prod", "db", List.of(IpAddress.parse("172.16.240.1")));
        Map<String, McpResource> entries =
                resources(view.of(ROOT, List.of(tcp, virtual), Outcome.NONE), IstioKind.SERVICE_ENTRY);
        assertThat(ServiceEntry.parseFrom(body(entries, "prod/vl3-db")).getAddressesList())
                .containsExactly("172.16.240.1");
        ServiceResource withUdp =
                new ServiceResource(new KubeClusterName("west"), RED, "prod", "db", false, PORTS, List.of());
        entries = resources(view.of(ROOT, List.of(tcp, virtual, withUdp), Outcome.NONE), IstioKind.SERVICE_ENTRY);
        assertThat(ServiceEntry.parseFrom(body(entries, "prod/vl3-db")).getAddressesList())
                .isEmpty();
    }

    /// A database's first pod is not its second.
    @Test
    void aPodOfAHeadlessServiceIsCalledItself() throws InvalidProtocolBufferException {
        ServiceResource headless = new ServiceResource(
                new KubeClusterName("east"),
                RED,
                "prod",
                "db",
                true,
                PORTS,
                List.of(
                        new ServiceEndpoint(
                                List.of(IpAddress.parse("172.16.0.2"), IpAddress.parse("fd00:16::2")),
                                "db-0",
                                "db-0",
                                true),
                        new ServiceEndpoint(List.of(IpAddress.parse("172.16.0.66")), "", "db-1", false)));
        Map<String, McpResource> entries = resources(
                view.of(
                        ROOT,
                        List.of(pod("east", "172.16.0.2", true), pod("west", "172.16.0.66", true), headless),
                        Outcome.NONE),
                IstioKind.SERVICE_ENTRY);
        assertThat(entries).containsOnlyKeys("prod/vl3-db", "prod/vl3-db.172-16-0-2", "prod/vl3-db.fd00-16--2");
        ServiceEntry other = ServiceEntry.parseFrom(body(entries, "prod/vl3-db.fd00-16--2"));
        assertThat(other.getHostsList()).containsExactly("fd00-16--2.db.prod.svc.red.vl3.internal");
        assertThat(other.getAddressesList()).containsExactly("fd00:16::2");
        ServiceEntry own = ServiceEntry.parseFrom(body(entries, "prod/vl3-db.172-16-0-2"));
        assertThat(own.getHostsList()).containsExactly("db-0.db.prod.svc.red.vl3.internal");
        assertThat(own.getAddressesList()).containsExactly("172.16.0.2");
        assertThat(own.getPortsList()).hasSize(3);
        assertThat(own.getEndpointsList()).singleElement().satisfies(endpoint -> {
            assertThat(endpoint.getAddress()).isEqualTo("172.16.0.2");
            assertThat(endpoint.getServiceAccount()).isEqualTo("web");
            assertThat(endpoint.getLabelsMap()).containsEntry("security.istio.io/tlsMode", "istio");
        });
    }

    /// Two StatefulSets of the same name, in two clusters: their first pods have the same name.
    @Test
    void podsOfTheSameNameAreOneByNameAndTwoByAddress() throws InvalidProtocolBufferException {
        List<MeshResource> resources = new ArrayList<>();
        Map.of("east", "172.16.0.2", "west", "172.16.0.66").forEach((cluster, address) -> {
            resources.add(pod(cluster, address, true));
            resources.add(new ServiceResource(
                    new KubeClusterName(cluster),
                    RED,
                    "prod",
                    "db",
                    true,
                    PORTS,
                    List.of(new ServiceEndpoint(List.of(IpAddress.parse(address)), "db-0", "db-0", true))));
        });
        Map<String, McpResource> entries = resources(view.of(ROOT, resources, Outcome.NONE), IstioKind.SERVICE_ENTRY);
        assertThat(entries)
                .containsOnlyKeys(
                        "prod/vl3-db", "prod/vl3-db.172-16-0-2", "prod/vl3-db.172-16-0-66", "prod/vl3-db.db-0");
        ServiceEntry one = ServiceEntry.parseFrom(body(entries, "prod/vl3-db.172-16-0-66"));
        assertThat(one.getHostsList()).containsExactly("172-16-0-66.db.prod.svc.red.vl3.internal");
        assertThat(one.getAddressesList()).containsExactly("172.16.0.66");
        assertThat(one.getEndpointsList()).hasSize(1);
        ServiceEntry both = ServiceEntry.parseFrom(body(entries, "prod/vl3-db.db-0"));
        assertThat(both.getHostsList()).containsExactly("db-0.db.prod.svc.red.vl3.internal");
        assertThat(both.getAddressesList()).isEmpty();
        assertThat(both.getEndpointsList()).hasSize(2);
        assertThat(both.getPortsList()).extracting(port -> port.getProtocol()).containsExactly("HTTP", "GRPC");
    }

    @Test
    void whatTheUserSaysOfAWorkloadCountsBesideItsPorts() throws InvalidProtocolBufferException {
        UnknownFieldSet egress = UnknownFieldSet.newBuilder()
                .addField(
                        3,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("egress"))
                                .build())
                .build();
        Sidecar users = Sidecar.newBuilder()
                .setWorkloadSelector(WorkloadSelector.newBuilder().putLabels("app", "web"))
                .addIngress(IngressListener.newBuilder()
                        .setPort(SidecarPort.newBuilder().setNumber(8080).setName("users")))
                .setUnknownFields(egress)
                .build();
        ConfigResource config = new ConfigResource(
                new KubeClusterName("west"),
                RED,
                new ConfigName("networking.istio.io", "Sidecar", "prod", "mine"),
                1,
                Map.of(),
                Map.of(),
                "");
        Outcome written =
                new Outcome(List.of(new InForce(config, IstioKind.SIDECAR, users.toByteString())), List.of(), true);
        McpSnapshot snapshot =
                view.of(ROOT, List.of(pod("east", "172.16.0.2", true), service("east", "172.16.0.2", true)), written);
        Map<String, McpResource> sidecars = resources(snapshot, IstioKind.SIDECAR);
        assertThat(sidecars).containsOnlyKeys("prod/vl3-replicaset-web-1", "prod/mine");
        Sidecar merged = Sidecar.parseFrom(body(sidecars, "prod/vl3-replicaset-web-1"));
        assertThat(merged.getIngressList())
                .extracting(listener -> listener.getPort().getNumber() + " "
                        + listener.getPort().getName())
                .containsExactly("8080 users", "9090 grpc-api-9090", "9999 tcp-99-9999");
        assertThat(merged.getUnknownFields()).as("what he says of egress").isEqualTo(egress);
    }

    /// It is istiod's own to read there, but not to count beside one that a workload has.
    @Test
    void whatTheRootNamespaceSaysOfAllWorkloadsIsMergedAndNotPublished() throws InvalidProtocolBufferException {
        Sidecar users = Sidecar.newBuilder()
                .addIngress(IngressListener.newBuilder()
                        .setPort(SidecarPort.newBuilder().setNumber(8080).setName("users")))
                .build();
        ConfigResource config = new ConfigResource(
                new KubeClusterName("east"),
                RED,
                new ConfigName("networking.istio.io", "Sidecar", ROOT, "default"),
                1,
                Map.of(),
                Map.of(),
                "");
        Outcome written =
                new Outcome(List.of(new InForce(config, IstioKind.SIDECAR, users.toByteString())), List.of(), true);
        McpSnapshot snapshot =
                view.of(ROOT, List.of(pod("east", "172.16.0.2", true), service("east", "172.16.0.2", true)), written);
        Map<String, McpResource> sidecars = resources(snapshot, IstioKind.SIDECAR);
        assertThat(sidecars).containsOnlyKeys("prod/vl3-replicaset-web-1");
        assertThat(Sidecar.parseFrom(body(sidecars, "prod/vl3-replicaset-web-1"))
                        .getIngress(0)
                        .getPort()
                        .getName())
                .isEqualTo("users");
    }

    @ParameterizedTest
    @CsvSource({
        "http-web, '', HTTP",
        "web, '', TCP",
        "web, http2, HTTP2",
        "http-web, tcp, TCP",
        "web, kubernetes.io/h2c, HTTP2",
        "grpc, kubernetes.io/ws, HTTP",
        "grpc-web, '', GRPC-WEB",
        "http, example.com/own, TCP"
    })
    void aPortSpeaksWhatItSays(String name, String appProtocol, String protocol) {
        assertThat(PortProtocol.of(new ServicePort(name, "TCP", 80, 8080, appProtocol)))
                .contains(protocol);
    }

    private static AttachmentResource podAt(Map<String, String> labels) {
        AttachmentResource pod = pod("east", "172.16.0.2", true);
        return new AttachmentResource(
                pod.origin(),
                RED,
                pod.addresses(),
                pod.node(),
                pod.namespace(),
                pod.pod(),
                Optional.empty(),
                pod.serviceAccount(),
                true,
                true,
                new Workload(pod.workload().name(), labels));
    }

    private String locality(AttachmentResource pod) throws InvalidProtocolBufferException {
        McpSnapshot snapshot = view.of(ROOT, List.of(pod, service("east", "172.16.0.2", true)), Outcome.NONE);
        Map<String, McpResource> entries = resources(snapshot, IstioKind.WORKLOAD_ENTRY);
        return WorkloadEntry.parseFrom(body(entries, "prod/vl3-172-16-0-2")).getLocality();
    }

    @Test
    void aPodIsWhereItsOwnSidecarTakesItToBe() throws InvalidProtocolBufferException {
        assertThat(locality(podAt(Map.of()))).isEqualTo("east");
        assertThat(locality(podAt(Map.of("istio-locality", "eu.a")))).isEqualTo("eu/a");
        assertThat(locality(podAt(Map.of(
                        "istio-locality",
                        "east",
                        "topology.kubernetes.io/region",
                        "eu",
                        "topology.kubernetes.io/zone",
                        "b"))))
                .isEqualTo("eu/b");
        assertThat(locality(podAt(Map.of("topology.kubernetes.io/region", "eu"))))
                .isEqualTo("eu");
    }

    @Test
    void whichEndpointsCallersPreferIsTheServicesWord() throws InvalidProtocolBufferException {
        ServiceResource says = new ServiceResource(
                new KubeClusterName("west"), RED, "prod", "web", false, PORTS, List.of(), "PreferClose");
        Map<String, McpResource> entries = resources(
                view.of(ROOT, List.of(service("east", "172.16.0.2", true), says), Outcome.NONE),
                IstioKind.SERVICE_ENTRY);
        assertThat(Objects.requireNonNull(entries.get("prod/vl3-web"))
                        .getMetadata()
                        .getAnnotationsMap())
                .isEqualTo(Map.of("networking.istio.io/traffic-distribution", "PreferClose"));
    }
}
