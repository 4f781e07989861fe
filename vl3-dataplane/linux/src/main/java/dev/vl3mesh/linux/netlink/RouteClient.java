package dev.vl3mesh.linux.netlink;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.NetlinkConnection.Request;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;
    private static final int RTM_NEWNEIGH = 28;
    private static final int RTM_DELNEIGH = 29;
    private static final int RTM_GETNEIGH = 30;
    private static final int NLM_F_REPLACE = 0x100;
    private static final int NLM_F_EXCL = 0x200;
    private static final int NLM_F_CREATE = 0x400;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_IFALIAS = 20;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFF_UP = 1;
    private static final int IFINFOMSG_BYTES = 16;

    private static final int IFLA_VXLAN_ID = 1;
    private static final int IFLA_VXLAN_LOCAL = 4;
    private static final int IFLA_VXLAN_LEARNING = 7;
    private static final int IFLA_VXLAN_PORT = 15;
    private static final int IFLA_VXLAN_LOCAL6 = 17;
    private static final int IFLA_VXLAN_DF = 29;
    private static final int VXLAN_DF_SET = 1;

    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 0x02;
    private static final int IFA_F_NOPREFIXROUTE = 0x200;
    private static final int IFADDRMSG_BYTES = 8;

    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_VIA = 18;
    private static final int RT_TABLE_MAIN = 254;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;
    private static final int RT_SCOPE_NOWHERE = 255;
    private static final int RTN_UNICAST = 1;
    private static final int RTNH_F_ONLINK = 4;
    private static final int RTMSG_BYTES = 12;

    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NUD_PERMANENT = 0x80;
    private static final int NTF_SELF = 2;
    private static final int NDMSG_BYTES = 12;

    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_BRIDGE = 7;
    private static final int AF_INET6 = 10;

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
        MessageWriter request = linkMessage(RTM_GETLINK, 0, 0, 0, 0);
        return netlink.dump(request, IFINFOMSG_BYTES, "links").stream()
                .map(RouteClient::link)
                .toList();
    }

    private static Link link(MessageReader reader) {
        return new Link(
                reader.fixedInt(4),
                reader.text(IFLA_IFNAME).orElse(""),
                reader.nested(IFLA_LINKINFO)
                        .flatMap(info -> info.text(IFLA_INFO_KIND))
                        .orElse(""),
                reader.number(IFLA_MTU).orElse(0),
                (reader.fixedInt(8) & IFF_UP) != 0,
                reader.bytes(IFLA_ADDRESS).filter(b -> b.length == 6).map(HardwareAddress::ofBytes),
                reader.text(IFLA_IFALIAS).orElse(""));
    }

    /// The interface of a name.
    public Optional<Link> link(String name) {
        return links().stream().filter(link -> link.name().equals(name)).findFirst();
    }

    private static MessageWriter linkMessage(int type, int flags, int index, int linkFlags, int change) {
        return new MessageWriter(type, flags)
                .putByte(AF_UNSPEC)
                .putByte(0)
                .putShort(0)
                .putInt(index)
                .putInt(linkFlags)
                .putInt(change);
    }

    /// Makes a pair of interfaces, the peer directly in another namespace.
    ///
    /// @throws LinuxException EEXIST if one of the names is taken
    public void addVeth(VethSpec spec, NetworkNamespace peerNamespace) {
        MessageWriter message = linkMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0, 0)
                .attributeText(IFLA_IFNAME, spec.name())
                .attributeInt(IFLA_MTU, spec.mtu())
                .attribute(IFLA_ADDRESS, spec.address().bytes());
        message.nested(
                IFLA_LINKINFO,
                () -> message.attributeText(IFLA_INFO_KIND, "veth")
                        .nested(
                                IFLA_INFO_DATA,
                                () -> message.nested(
                                        VETH_INFO_PEER,
                                        () -> message.putByte(AF_UNSPEC)
                                                .putByte(0)
                                                .putShort(0)
                                                .putInt(0)
                                                .putInt(0)
                                                .putInt(0)
                                                .attributeText(IFLA_IFNAME, spec.peerName())
                                                .attributeInt(IFLA_MTU, spec.mtu())
                                                .attribute(
                                                        IFLA_ADDRESS,
                                                        spec.peerAddress().bytes())
                                                .attributeInt(IFLA_NET_NS_FD, peerNamespace.descriptor()))));
        netlink.execute(new Request(message, "link add veth", spec.name(), List.of()));
        // the alias can't be given at once
        setAlias(spec.name(), spec.alias());
    }

    /// Makes a VXLAN interface directly in another namespace; its UDP socket stays in this client's namespace.
    /// Its outer packets are never fragmented on the way, so that a path that is too small can be seen.
    ///
    /// @throws LinuxException EEXIST if the name, or the VNI on this port, is taken
    public void addVxlan(VxlanSpec spec, NetworkNamespace target) {
        MessageWriter message = linkMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0, 0)
                .attributeText(IFLA_IFNAME, spec.name())
                .attributeInt(IFLA_MTU, spec.mtu())
                .attribute(IFLA_ADDRESS, spec.address().bytes())
                .attributeInt(IFLA_NET_NS_FD, target.descriptor());
        boolean v4 = spec.local() instanceof Inet4Address;
        message.nested(
                IFLA_LINKINFO,
                () -> message.attributeText(IFLA_INFO_KIND, "vxlan")
                        .nested(
                                IFLA_INFO_DATA,
                                () -> message.attributeInt(IFLA_VXLAN_ID, spec.vni())
                                        .attribute(
                                                v4 ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6,
                                                spec.local().getAddress())
                                        .attributeByte(IFLA_VXLAN_LEARNING, 0)
                                        .attributeByte(IFLA_VXLAN_DF, VXLAN_DF_SET)
                                        .attributeShortNetwork(IFLA_VXLAN_PORT, spec.port())));
        netlink.execute(new Request(message, "link add vxlan", spec.name(), List.of()));
    }

    /// Sets the text by which we know an interface.
    public void setAlias(String name, String alias) {
        MessageWriter message = linkMessage(RTM_NEWLINK, 0, 0, 0, 0)
                .attributeText(IFLA_IFNAME, name)
                .attributeText(IFLA_IFALIAS, alias);
        netlink.execute(new Request(message, "link set alias", name, List.of()));
    }

    /// Switches an interface on.
    public void setUp(int link) {
        netlink.execute(new Request(
                linkMessage(RTM_NEWLINK, 0, link, IFF_UP, IFF_UP), "link set up", "link " + link, List.of()));
    }

    /// Sets the MTU, in bytes.
    public void setMtu(int link, int mtu) {
        MessageWriter message = linkMessage(RTM_NEWLINK, 0, link, 0, 0).attributeInt(IFLA_MTU, mtu);
        netlink.execute(new Request(message, "link set mtu " + mtu, "link " + link, List.of()));
    }

    /// Deletes an interface.
    public void deleteLink(String name) {
        MessageWriter message = linkMessage(RTM_DELLINK, 0, 0, 0, 0).attributeText(IFLA_IFNAME, name);
        netlink.execute(new Request(message, "link delete", name, List.of(Errno.ENODEV)));
    }

    // addresses

    /// Adds an address unless it is there.
    public void putAddress(AddressSpec spec) {
        MessageWriter message = addressMessage(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, spec);
        netlink.execute(new Request(message, "address add", spec.address().getHostAddress(), List.of()));
    }

    /// Removes an address.
    public void deleteAddress(AddressSpec spec) {
        MessageWriter message = addressMessage(RTM_DELADDR, 0, spec);
        netlink.execute(
                new Request(message, "address delete", spec.address().getHostAddress(), List.of(Errno.EADDRNOTAVAIL)));
    }

    private static MessageWriter addressMessage(int type, int flags, AddressSpec spec) {
        byte[] address = spec.address().getAddress();
        return new MessageWriter(type, flags)
                .putByte(family(spec.address()))
                .putByte(spec.length())
                .putByte(0)
                .putByte(RT_SCOPE_UNIVERSE)
                .putInt(spec.link())
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, address)
                .attributeInt(IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
    }

    /// All addresses, link-local ones too.
    public List<AddressSpec> addresses() {
        MessageWriter request = new MessageWriter(RTM_GETADDR, 0)
                .putByte(AF_UNSPEC)
                .putByte(0)
                .putShort(0)
                .putInt(0);
        return netlink.dump(request, IFADDRMSG_BYTES, "addresses").stream()
                .flatMap(reader -> reader
                        .bytes(IFA_LOCAL)
                        .or(() -> reader.bytes(IFA_ADDRESS))
                        .map(bytes -> new AddressSpec(reader.fixedInt(4), inet(bytes), reader.fixedByte(1)))
                        .stream())
                .toList();
    }

    // routes

    /// Makes or replaces routes.
    public void putRoutes(Collection<RouteSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        routeMessage(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, spec),
                        "route replace",
                        spec.toString(),
                        List.of()));
    }

    /// Removes routes, by destination and interface.
    public void deleteRoutes(Collection<RouteSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        routeMessage(RTM_DELROUTE, 0, spec),
                        "route delete",
                        spec.toString(),
                        List.of(Errno.ESRCH, Errno.ENODEV)));
    }

    private static MessageWriter routeMessage(int type, int flags, RouteSpec spec) {
        boolean deletes = type == RTM_DELROUTE;
        MessageWriter message = new MessageWriter(type, flags)
                .putByte(family(spec.destination()))
                .putByte(spec.length())
                .putByte(0)
                .putByte(0)
                .putByte(RT_TABLE_MAIN)
                .putByte(PROTOCOL)
                .putByte(deletes ? RT_SCOPE_NOWHERE : spec.gateway().isPresent() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK)
                .putByte(RTN_UNICAST)
                .putInt(spec.gateway().isPresent() ? RTNH_F_ONLINK : 0)
                .attribute(RTA_DST, spec.destination().getAddress())
                .attributeInt(RTA_OIF, spec.link());
        spec.gateway().ifPresent(gateway -> {
            if (family(gateway) == family(spec.destination())) {
                message.attribute(RTA_GATEWAY, gateway.getAddress());
            } else {
                message.attribute(RTA_VIA, via(gateway));
            }
        });
        spec.source().ifPresent(source -> message.attribute(RTA_PREFSRC, source.getAddress()));
        return message;
    }

    /// `struct rtvia`: the family in the machine's order, then the address.
    private static byte[] via(InetAddress gateway) {
        byte[] address = gateway.getAddress();
        byte[] via = new byte[2 + address.length];
        via[0] = (byte) family(gateway);
        System.arraycopy(address, 0, via, 2, address.length);
        return via;
    }

    /// Our own routes of the main table, known by their protocol number.
    public List<RouteSpec> routes() {
        List<RouteSpec> routes = new ArrayList<>();
        for (int family : List.of(AF_INET, AF_INET6)) {
            MessageWriter request = new MessageWriter(RTM_GETROUTE, 0).putByte(family);
            request.putByte(0).putShort(0).putInt(0).putInt(0);
            for (MessageReader reader : netlink.dump(request, RTMSG_BYTES, "routes")) {
                if (reader.fixedByte(5) == PROTOCOL && reader.fixedByte(4) == RT_TABLE_MAIN) {
                    route(family, reader).ifPresent(routes::add);
                }
            }
        }
        return routes;
    }

    private static Optional<RouteSpec> route(int family, MessageReader reader) {
        Optional<Integer> link = reader.number(RTA_OIF);
        if (link.isEmpty()) {
            return Optional.empty();
        }
        InetAddress destination = inet(reader.bytes(RTA_DST).orElseGet(() -> new byte[family == AF_INET ? 4 : 16]));
        Optional<InetAddress> gateway = reader.bytes(RTA_GATEWAY)
                .or(() -> reader.bytes(RTA_VIA).map(via -> Arrays.copyOfRange(via, 2, via.length)))
                .map(RouteClient::inet);
        return Optional.of(new RouteSpec(
                destination,
                reader.fixedByte(1),
                link.get(),
                gateway,
                reader.bytes(RTA_PREFSRC).map(RouteClient::inet)));
    }

    // neighbours and forwarding entries

    /// Makes or replaces permanent neighbours.
    public void putNeighbors(Collection<NeighborSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        neighborMessage(
                                        RTM_NEWNEIGH,
                                        NLM_F_CREATE | NLM_F_REPLACE,
                                        family(spec.address()),
                                        spec.link(),
                                        0)
                                .attribute(NDA_DST, spec.address().getAddress())
                                .attribute(NDA_LLADDR, spec.hardwareAddress().bytes()),
                        "neighbour replace",
                        spec.address().getHostAddress(),
                        List.of()));
    }

    /// Removes neighbours.
    public void deleteNeighbors(Collection<NeighborSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        neighborMessage(RTM_DELNEIGH, 0, family(spec.address()), spec.link(), 0)
                                .attribute(NDA_DST, spec.address().getAddress()),
                        "neighbour delete",
                        spec.address().getHostAddress(),
                        List.of(Errno.ENOENT, Errno.ENODEV)));
    }

    /// The permanent neighbours of both families.
    public List<NeighborSpec> neighbors() {
        List<NeighborSpec> neighbors = new ArrayList<>();
        for (int family : List.of(AF_INET, AF_INET6)) {
            for (MessageReader reader : dumpNeighbors(family)) {
                Optional<byte[]> address = reader.bytes(NDA_DST);
                Optional<byte[]> hardware = reader.bytes(NDA_LLADDR).filter(b -> b.length == 6);
                if ((reader.fixedShort(8) & NUD_PERMANENT) != 0 && address.isPresent() && hardware.isPresent()) {
                    neighbors.add(new NeighborSpec(
                            reader.fixedInt(4), inet(address.get()), HardwareAddress.ofBytes(hardware.get())));
                }
            }
        }
        return neighbors;
    }

    /// Makes or replaces forwarding entries of VXLAN interfaces.
    public void putFdb(Collection<FdbSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        fdbMessage(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, spec),
                        "fdb replace",
                        spec.hardwareAddress().toString(),
                        List.of()));
    }

    /// Removes forwarding entries of VXLAN interfaces.
    public void deleteFdb(Collection<FdbSpec> specs) {
        execute(
                specs,
                spec -> new Request(
                        fdbMessage(RTM_DELNEIGH, 0, spec),
                        "fdb delete",
                        spec.hardwareAddress().toString(),
                        List.of(Errno.ENOENT, Errno.ENODEV)));
    }

    private static MessageWriter fdbMessage(int type, int flags, FdbSpec spec) {
        return neighborMessage(type, flags, AF_BRIDGE, spec.link(), NTF_SELF)
                .attribute(NDA_LLADDR, spec.hardwareAddress().bytes())
                .attribute(NDA_DST, spec.outer().getAddress());
    }

    /// The forwarding entries of VXLAN interfaces that name one outer address.
    public List<FdbSpec> fdb() {
        List<FdbSpec> entries = new ArrayList<>();
        for (MessageReader reader : dumpNeighbors(AF_BRIDGE)) {
            Optional<byte[]> outer = reader.bytes(NDA_DST);
            Optional<byte[]> hardware = reader.bytes(NDA_LLADDR).filter(b -> b.length == 6);
            if (outer.isPresent() && hardware.isPresent()) {
                entries.add(
                        new FdbSpec(reader.fixedInt(4), HardwareAddress.ofBytes(hardware.get()), inet(outer.get())));
            }
        }
        return entries;
    }

    private List<MessageReader> dumpNeighbors(int family) {
        MessageWriter request = new MessageWriter(RTM_GETNEIGH, 0).putByte(family);
        request.putByte(0).putShort(0).putInt(0).putShort(0).putByte(0).putByte(0);
        return netlink.dump(request, NDMSG_BYTES, "neighbours");
    }

    private static MessageWriter neighborMessage(int type, int flags, int family, int link, int neighborFlags) {
        return new MessageWriter(type, flags)
                .putByte(family)
                .putByte(0)
                .putShort(0)
                .putInt(link)
                .putShort(NUD_PERMANENT)
                .putByte(neighborFlags)
                .putByte(0);
    }

    private <T> void execute(Collection<T> specs, Function<T, Request> request) {
        netlink.execute(specs.stream().map(request).toList());
    }

    private static int family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    private static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new LinuxException(
                    "parse", "an address of " + bytes.length + " bytes", Errno.EINVAL, "4 or 16 are wanted");
        }
    }

    @Override
    public void close() {
        netlink.close();
    }
}
