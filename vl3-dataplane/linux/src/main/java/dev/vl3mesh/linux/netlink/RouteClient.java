package dev.vl3mesh.linux.netlink;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.NetlinkConnection.Request;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Links, addresses, routes, neighbours and forwarding entries of one namespace (`linux/rtnetlink.h`). What is
/// asked for twice is done once: `put` methods
/// make or replace, `delete` methods don't mind what is gone. Many entries go in one batch. Used by one thread at a
/// time.
///
/// ```java
/// try (NetworkNamespace room = mounts.pin("vl3-red"); RouteClient routes = RouteClient.open(room)) {
///     routes.addVeth(new VethSpec("p1", mac, "vl3-red", podMac, 1450, "uid"), pod);
///     routes.setUp(routes.link("p1").orElseThrow().index());
/// }
/// ```
public final class RouteClient implements AutoCloseable {
    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;

    /// The protocol number of our routes (`linux/rtnetlink.h`: above RTPROT_STATIC, below 200 what is free), by
    /// which we know them again.
    public static final int PROTOCOL = 152;

    private final NetlinkConnection netlink;

    private RouteClient(NetlinkConnection netlink) {
        this.netlink = netlink;
    }

    /// Opens a client of a namespace.
    public static RouteClient open(NetworkNamespace namespace) {
        return new RouteClient(NetlinkConnection.open(namespace, NetlinkConnection.ROUTE));
    }

    // links

    /// All interfaces.
    public List<Link> links() {
        MessageWriter request = LinkMessages.of(LinkMessages.RTM_GETLINK, 0, 0, 0, 0);
        return netlink.dump(request, LinkMessages.IFINFOMSG_BYTES, "links").stream()
                .map(LinkMessages::read)
                .toList();
    }

    /// The interface of a name. Costs the same however many there are.
    public Optional<Link> link(String name) {
        MessageWriter request =
                LinkMessages.of(LinkMessages.RTM_GETLINK, 0, 0, 0, 0).attributeText(LinkMessages.IFLA_IFNAME, name);
        return netlink.get(new Request(request, "link get", name, List.of(Errno.ENODEV)), LinkMessages.IFINFOMSG_BYTES)
                .map(LinkMessages::read);
    }

    private static MessageWriter changeLink(int index, int linkFlags) {
        return LinkMessages.of(LinkMessages.RTM_NEWLINK, 0, index, linkFlags, linkFlags);
    }

    /// Makes a pair of interfaces, the peer directly in another namespace.
    ///
    /// @throws LinuxException EEXIST if one of the names is taken
    public void addVeth(VethSpec spec, NetworkNamespace peerNamespace) {
        netlink.execute(new Request(LinkMessages.veth(spec, peerNamespace), "link add veth", spec.name(), List.of()));
        // the alias can't be given at once
        setAlias(spec.name(), spec.alias());
    }

    /// Makes a VXLAN interface directly in another namespace; its UDP socket stays in this client's namespace.
    /// Its outer packets are never fragmented on the way, so that a path that is too small can be seen.
    ///
    /// @throws LinuxException EEXIST if the name, or the VNI on this port, is taken
    public void addVxlan(VxlanSpec spec, NetworkNamespace target) {
        netlink.execute(new Request(LinkMessages.vxlan(spec, target), "link add vxlan", spec.name(), List.of()));
    }

    /// Sets the text by which we know an interface.
    public void setAlias(String name, String alias) {
        MessageWriter message = changeLink(0, 0)
                .attributeText(LinkMessages.IFLA_IFNAME, name)
                .attributeText(LinkMessages.IFLA_IFALIAS, alias);
        netlink.execute(new Request(message, "link set alias", name, List.of()));
    }

    /// Switches an interface on.
    public void setUp(int link) {
        netlink.execute(new Request(changeLink(link, LinkMessages.IFF_UP), "link set up", "link " + link, List.of()));
    }

    /// Sets the MTU, in bytes.
    public void setMtu(int link, int mtu) {
        MessageWriter message = changeLink(link, 0).attributeInt(LinkMessages.IFLA_MTU, mtu);
        netlink.execute(new Request(message, "link set mtu " + mtu, "link " + link, List.of()));
    }

    /// Deletes an interface.
    public void deleteLink(String name) {
        MessageWriter message =
                LinkMessages.of(LinkMessages.RTM_DELLINK, 0, 0, 0, 0).attributeText(LinkMessages.IFLA_IFNAME, name);
        netlink.execute(new Request(message, "link delete", name, List.of(Errno.ENODEV)));
    }

    // addresses

    /// Adds an address unless it is there.
    public void putAddress(AddressSpec spec) {
        MessageWriter message = RouteMessages.address(RouteMessages.RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, spec);
        netlink.execute(new Request(message, "address add", spec.address().getHostAddress(), List.of()));
    }

    /// Removes an address.
    public void deleteAddress(AddressSpec spec) {
        MessageWriter message = RouteMessages.address(RouteMessages.RTM_DELADDR, 0, spec);
        netlink.execute(
                new Request(message, "address delete", spec.address().getHostAddress(), List.of(Errno.EADDRNOTAVAIL)));
    }

    /// All addresses, link-local ones too.
    public List<AddressSpec> addresses() {
        return netlink.dump(RouteMessages.allAddresses(), RouteMessages.IFADDRMSG_BYTES, "addresses").stream()
                .flatMap(reader -> RouteMessages.readAddress(reader).stream())
                .toList();
    }

    // routes

    /// Makes or replaces routes.
    public void putRoutes(Collection<RouteSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        RouteMessages.route(RouteMessages.RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, spec),
                        "route replace",
                        spec.toString(),
                        List.of()));
    }

    /// Removes routes, by destination and interface.
    public void deleteRoutes(Collection<RouteSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        RouteMessages.route(RouteMessages.RTM_DELROUTE, 0, spec),
                        "route delete",
                        spec.toString(),
                        List.of(Errno.ESRCH, Errno.ENODEV)));
    }

    /// Our own routes of the main table, known by their protocol number.
    public List<RouteSpec> routes() {
        List<RouteSpec> routes = new ArrayList<>();
        for (int family : Families.INTERNET) {
            for (MessageReader reader :
                    netlink.dump(RouteMessages.allRoutes(family), RouteMessages.RTMSG_BYTES, "routes")) {
                RouteMessages.readRoute(family, reader).ifPresent(routes::add);
            }
        }
        return routes;
    }

    // neighbours and forwarding entries

    /// Makes or replaces permanent neighbours.
    public void putNeighbors(Collection<NeighborSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        NeighborMessages.put(spec),
                        "neighbour replace",
                        spec.address().getHostAddress(),
                        List.of()));
    }

    /// Removes neighbours.
    public void deleteNeighbors(Collection<NeighborSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        NeighborMessages.delete(spec),
                        "neighbour delete",
                        spec.address().getHostAddress(),
                        List.of(Errno.ENOENT, Errno.ENODEV)));
    }

    /// The permanent neighbours of both families.
    public List<NeighborSpec> neighbors() {
        List<NeighborSpec> neighbors = new ArrayList<>();
        for (int family : Families.INTERNET) {
            for (MessageReader reader : dumpNeighbors(family)) {
                NeighborMessages.readNeighbor(reader).ifPresent(neighbors::add);
            }
        }
        return neighbors;
    }

    /// Makes or replaces forwarding entries of VXLAN interfaces.
    public void putFdb(Collection<FdbSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        NeighborMessages.forwarding(NeighborMessages.RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, spec),
                        "fdb replace",
                        spec.hardwareAddress().toString(),
                        List.of()));
    }

    /// Removes forwarding entries of VXLAN interfaces.
    public void deleteFdb(Collection<FdbSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        NeighborMessages.forwarding(NeighborMessages.RTM_DELNEIGH, 0, spec),
                        "fdb delete",
                        spec.hardwareAddress().toString(),
                        List.of(Errno.ENOENT, Errno.ENODEV)));
    }

    /// The forwarding entries of VXLAN interfaces that name one outer address.
    public List<FdbSpec> fdb() {
        List<FdbSpec> entries = new ArrayList<>();
        for (MessageReader reader : dumpNeighbors(Families.AF_BRIDGE)) {
            NeighborMessages.readForwarding(reader).ifPresent(entries::add);
        }
        return entries;
    }

    private List<MessageReader> dumpNeighbors(int family) {
        return netlink.dump(NeighborMessages.all(family), NeighborMessages.NDMSG_BYTES, "neighbours");
    }

    private <T> void execute(Collection<T> specs, Function<T, Request> request) {
        netlink.execute(specs.stream().map(request).toList());
    }

    @Override
    public void close() {
        netlink.close();
    }
}
