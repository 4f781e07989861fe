package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import java.util.List;
import java.util.stream.Stream;

/// Zones and services for tests.
final class SampleZones {
    static final DomainName RED = new DomainName("red");
    static final KubeClusterName EAST = new KubeClusterName("east");
    static final KubeClusterName WEST = new KubeClusterName("west");

    private SampleZones() {}

    static Zone red() {
        return new Zone(
                RED,
                List.of(IpPrefix.parse("172.16.0.0/16"), IpPrefix.parse("fd00:16::/48")),
                List.of(IpAddress.parse("172.16.0.1"), IpAddress.parse("fd00:16::1")));
    }

    /// A service in namespace `shop` with a port `http` 80 -> 8080.
    static ServiceResource service(KubeClusterName origin, String name, ServiceEndpoint... endpoints) {
        return new ServiceResource(
                origin,
                RED,
                "shop",
                name,
                false,
                List.of(new ServicePort("http", "TCP", 80, 8080), new ServicePort("", "UDP", 53, 53)),
                List.of(endpoints));
    }

    static ServiceEndpoint endpoint(String hostname, boolean ready, String... addresses) {
        return new ServiceEndpoint(
                Stream.of(addresses).map(IpAddress::parse).toList(), hostname, "pod-" + addresses[0], ready);
    }
}
