package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.Missing;
import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.NeighborSpec;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netlink.RouteSpec;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.netns.NodeMounts;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.address.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The pod's end of a link, in the pod's own namespace.
final class PodEnd implements AutoCloseable {
    /// The first interface of every network namespace.
    private static final int LOOPBACK_INDEX = 1;
    /// Envoy's source towards the application, as Istio configures it.
    private static final InetAddress SIDECAR_SOURCE = InetAddress.ofLiteral("::6");

    private final PodLink link;
    private final RoomSpec spec;
    private final NodeMounts mounts;
    private final NetworkNamespace namespace;
    private final RouteClient client;
    private final PodGuard guard;

    private PodEnd(PodLink link, RoomSpec spec, NodeMounts mounts, NetworkNamespace namespace, RouteClient client) {
        this.link = link;
        this.spec = spec;
        this.mounts = mounts;
        this.namespace = namespace;
        this.client = client;
        this.guard = new PodGuard(link, spec.prefixes(), namespace);
    }

    /// Enters a pod's namespace.
    ///
    /// @throws dev.vl3mesh.linux.LinuxException ENOENT if the pod is gone
    static PodEnd open(PodLink link, RoomSpec spec, NodeMounts mounts) {
        NetworkNamespace namespace = mounts.open(link.networkNamespace());
        try {
            return new PodEnd(link, spec, mounts, namespace, RouteClient.open(namespace));
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    /// Whether the interface is there and is this link's.
    boolean isPresent() {
        return client.link(link.podInterface())
                .flatMap(Link::address)
                .filter(link.podHardwareAddress()::equals)
                .isPresent();
    }

    /// Takes the interface and the guard of this domain away, whoever left them.
    void clear() {
        client.deleteLink(link.podInterface());
        guard.remove();
    }

    /// Sets what interfaces are born without: no forwarding, no router to listen to, and IPv6 also where
    /// the cluster's network has none.
    void prepare() {
        String name = link.podInterface();
        Map<String, String> values = new LinkedHashMap<>();
        values.put("ipv4/ip_forward", "0");
        values.put("ipv4/conf/" + name + "/forwarding", "0");
        if (has(IpFamily.V6)) {
            values.put("ipv6/conf/all/forwarding", "0");
            values.put("ipv6/conf/" + name + "/disable_ipv6", "0");
            values.put("ipv6/conf/" + name + "/accept_ra", "0");
            values.put("ipv6/conf/" + name + "/addr_gen_mode", "1");
        }
        mounts.setSysctls(namespace, values);
    }

    private boolean has(IpFamily family) {
        return link.addresses().stream().anyMatch(address -> address.family() == family);
    }

    /// Makes guard, addresses, neighbours, MTU and routes as they must be, and switches the interface on.
    void configure() {
        guard.ensure();
        Link present = RoomDump.require(client.link(link.podInterface()), link.podInterface());
        int index = present.index();
        if (present.mtu() != spec.mtu()) {
            client.setMtu(index, spec.mtu());
        }
        client.putNeighbors(Missing.of(neighbors(index), new HashSet<>(client.neighbors())));
        if (!present.up()) {
            client.setUp(index);
        }
        Set<AddressSpec> presentAddresses = new HashSet<>(client.addresses());
        Missing.of(addresses(index), presentAddresses).forEach(client::putAddress);
        List<RouteSpec> routes = routes(index);
        Set<RouteSpec> presentRoutes = new HashSet<>(client.routes());
        presentRoutes.removeIf(route -> route.link() != index);
        client.putRoutes(Missing.of(routes, presentRoutes));
        client.deleteRoutes(presentRoutes.stream()
                .filter(old -> routes.stream().noneMatch(route -> sameDestination(route, old)))
                .toList());
    }

    private static boolean sameDestination(RouteSpec one, RouteSpec other) {
        return one.destination().equals(other.destination()) && one.length() == other.length();
    }

    private List<AddressSpec> addresses(int index) {
        List<AddressSpec> addresses = new ArrayList<>();
        for (IpAddress address : link.addresses()) {
            addresses.add(new AddressSpec(
                    index, address.toInetAddress(), address.family().bits()));
        }
        if (link.sidecar().isPresent() && has(IpFamily.V6)) {
            // from there it speaks to the application; the IPv4 one, 127.0.0.6, is there by itself
            addresses.add(new AddressSpec(LOOPBACK_INDEX, SIDECAR_SOURCE, IpFamily.V6.bits()));
        }
        return addresses;
    }

    private List<NeighborSpec> neighbors(int index) {
        return spec.gateway().stream()
                .filter(gateway -> has(gateway.family()))
                .map(gateway -> new NeighborSpec(index, gateway.toInetAddress(), link.roomHardwareAddress()))
                .toList();
    }

    private List<RouteSpec> routes(int index) {
        List<RouteSpec> routes = new ArrayList<>();
        for (IpPrefix prefix : spec.prefixes()) {
            Optional<IpAddress> source = ofFamily(link.addresses(), prefix.family());
            Optional<IpAddress> gateway = ofFamily(spec.gateway(), prefix.family());
            if (source.isPresent() && gateway.isPresent()) {
                routes.add(new RouteSpec(
                        prefix.address().toInetAddress(),
                        prefix.length(),
                        index,
                        gateway.map(IpAddress::toInetAddress),
                        source.map(IpAddress::toInetAddress)));
            }
        }
        return routes;
    }

    private static Optional<IpAddress> ofFamily(List<IpAddress> addresses, IpFamily family) {
        return addresses.stream().filter(address -> address.family() == family).findFirst();
    }

    @Override
    public void close() {
        guard.close();
        client.close();
        namespace.close();
    }
}
