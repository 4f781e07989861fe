package dev.vl3mesh.linux.netlink;

import static dev.vl3mesh.linux.netlink.Families.AF_UNSPEC;

import dev.vl3mesh.linux.netns.NetworkNamespace;
import java.net.Inet4Address;

/// Messages about interfaces (`linux/if_link.h`).
final class LinkMessages {
    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    private static final int IFLA_LINKINFO = 18;
    static final int IFLA_IFALIAS = 20;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    static final int IFF_UP = 1;
    static final int IFINFOMSG_BYTES = 16;
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;

    private static final int IFLA_VXLAN_ID = 1;
    private static final int IFLA_VXLAN_LOCAL = 4;
    private static final int IFLA_VXLAN_LEARNING = 7;
    private static final int IFLA_VXLAN_PORT = 15;
    private static final int IFLA_VXLAN_LOCAL6 = 17;
    private static final int IFLA_VXLAN_DF = 29;
    private static final int VXLAN_DF_SET = 1;

    private LinkMessages() {}

    static Link read(MessageReader reader) {
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

    static MessageWriter of(int type, int flags, int index, int linkFlags, int change) {
        return new MessageWriter(type, flags)
                .putByte(AF_UNSPEC)
                .putByte(0)
                .putShort(0)
                .putInt(index)
                .putInt(linkFlags)
                .putInt(change);
    }

    /// A pair of interfaces, the peer directly in another namespace.
    static MessageWriter veth(VethSpec spec, NetworkNamespace peerNamespace) {
        MessageWriter message = of(RTM_NEWLINK, RouteClient.NLM_F_CREATE | RouteClient.NLM_F_EXCL, 0, 0, 0)
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
        return message;
    }

    /// A VXLAN interface directly in another namespace.
    static MessageWriter vxlan(VxlanSpec spec, NetworkNamespace target) {
        MessageWriter message = of(RTM_NEWLINK, RouteClient.NLM_F_CREATE | RouteClient.NLM_F_EXCL, 0, 0, 0)
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
        return message;
    }
}
