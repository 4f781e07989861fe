package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Everything that the names of one service answer, merged over all clusters that have it. Only ready
/// endpoints count.
///
/// @param v4 all endpoints' IPv4 addresses
/// @param v6 all endpoints' IPv6 addresses
/// @param endpoints addresses by the label below the service's name: the hostname, and the address with hyphens
/// @param ports by protocol label such as `_tcp`, then port label such as `_http`: one target per endpoint
/// @param takesVirtual whether all parts may be reached by a virtual address
/// @param pointers the one name that each address points back to
record ServiceNames(
        List<IpAddress> v4,
        List<IpAddress> v6,
        Map<String, List<IpAddress>> endpoints,
        Map<String, Map<String, List<Target>>> ports,
        boolean takesVirtual,
        Map<IpAddress, String> pointers) {

    /// An endpoint's own label and the port that it listens on.
    record Target(String label, int port) {}

    /// Merges the parts of one service; the parts' order decides nothing but the order of addresses.
    static ServiceNames merge(Collection<ServiceResource> parts) {
        Set<IpAddress> v4 = new LinkedHashSet<>();
        Set<IpAddress> v6 = new LinkedHashSet<>();
        Map<String, List<IpAddress>> endpoints = new LinkedHashMap<>();
        Map<String, Map<String, List<Target>>> ports = new LinkedHashMap<>();
        Map<IpAddress, String> pointers = new LinkedHashMap<>();
        for (ServiceResource part : parts) {
            for (ServicePort port : part.ports()) {
                if (!port.name().isEmpty()) {
                    targets(ports, port);
                }
            }
            for (ServiceEndpoint endpoint : part.endpoints()) {
                if (!endpoint.ready()) {
                    continue;
                }
                // what SRV and PTR name has every address of the pod
                String own = ownLabel(endpoint);
                endpoints.computeIfAbsent(own, _ -> new ArrayList<>()).addAll(endpoint.addresses());
                for (IpAddress address : endpoint.addresses()) {
                    (address.family() == IpFamily.V4 ? v4 : v6).add(address);
                    String label = address.label();
                    if (!label.equals(own)) {
                        endpoints.computeIfAbsent(label, _ -> new ArrayList<>()).add(address);
                    }
                    pointers.put(address, own);
                }
                for (ServicePort port : part.ports()) {
                    if (!port.name().isEmpty()) {
                        targets(ports, port).add(new Target(own, port.targetPort()));
                    }
                }
            }
        }
        boolean takesVirtual = parts.stream().allMatch(ServiceResource::takesVirtual);
        return new ServiceNames(List.copyOf(v4), List.copyOf(v6), endpoints, ports, takesVirtual, pointers);
    }

    private static List<Target> targets(Map<String, Map<String, List<Target>>> ports, ServicePort port) {
        return ports.computeIfAbsent("_" + port.protocol().toLowerCase(Locale.ROOT), _ -> new LinkedHashMap<>())
                .computeIfAbsent("_" + port.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>());
    }

    private static String ownLabel(ServiceEndpoint endpoint) {
        return endpoint.hostname().isEmpty()
                ? endpoint.addresses().getFirst().label()
                : endpoint.hostname().toLowerCase(Locale.ROOT);
    }
}
