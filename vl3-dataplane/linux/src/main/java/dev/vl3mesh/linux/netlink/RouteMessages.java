package dev.vl3mesh.linux.netlink;

import static dev.vl3mesh.linux.netlink.Families.AF_INET;
import static dev.vl3mesh.linux.netlink.Families.AF_UNSPEC;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/// Messages about addresses and routes (`linux/if_addr.h`, `linux/rtnetlink.h`).
final class RouteMessages {
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int IFADDRMSG_BYTES = 8;
    static final int RTMSG_BYTES = 12;

    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 0x02;
    private static final int IFA_F_NOPREFIXROUTE = 0x200;

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

    private RouteMessages() {}

    static MessageWriter address(int type, int flags, AddressSpec spec) {
        byte[] address = spec.address().getAddress();
        return new MessageWriter(type, flags)
                .putByte(Families.of(spec.address()))
                .putByte(spec.length())
                .putByte(0)
                .putByte(RT_SCOPE_UNIVERSE)
                .putInt(spec.link())
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, address)
                .attributeInt(IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
    }

    static MessageWriter allAddresses() {
        return new MessageWriter(RTM_GETADDR, 0)
                .putByte(AF_UNSPEC)
                .putByte(0)
                .putShort(0)
                .putInt(0);
    }

    static Optional<AddressSpec> readAddress(MessageReader reader) {
        return reader.bytes(IFA_LOCAL)
                .or(() -> reader.bytes(IFA_ADDRESS))
                .map(bytes -> new AddressSpec(reader.fixedInt(4), Families.inet(bytes), reader.fixedByte(1)));
    }

    static MessageWriter route(int type, int flags, RouteSpec spec) {
        boolean deletes = type == RTM_DELROUTE;
        MessageWriter message = new MessageWriter(type, flags)
                .putByte(Families.of(spec.destination()))
                .putByte(spec.length())
                .putByte(0)
                .putByte(0)
                .putByte(RT_TABLE_MAIN)
                .putByte(RouteClient.PROTOCOL)
                .putByte(deletes ? RT_SCOPE_NOWHERE : spec.gateway().isPresent() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK)
                .putByte(RTN_UNICAST)
                .putInt(spec.gateway().isPresent() ? RTNH_F_ONLINK : 0)
                .attribute(RTA_DST, spec.destination().getAddress())
                .attributeInt(RTA_OIF, spec.link());
        spec.gateway().ifPresent(gateway -> {
            if (Families.of(gateway) == Families.of(spec.destination())) {
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
        via[0] = (byte) Families.of(gateway);
        System.arraycopy(address, 0, via, 2, address.length);
        return via;
    }

    static MessageWriter allRoutes(int family) {
        return new MessageWriter(RTM_GETROUTE, 0)
                .putByte(family)
                .putByte(0)
                .putShort(0)
                .putInt(0)
                .putInt(0);
    }

    /// Reads a route of ours, of the main table.
    static Optional<RouteSpec> readRoute(int family, MessageReader reader) {
        Optional<Integer> link = reader.number(RTA_OIF);
        boolean ours = reader.fixedByte(5) == RouteClient.PROTOCOL && reader.fixedByte(4) == RT_TABLE_MAIN;
        if (!ours || link.isEmpty()) {
            return Optional.empty();
        }
        InetAddress destination =
                Families.inet(reader.bytes(RTA_DST).orElseGet(() -> new byte[family == AF_INET ? 4 : 16]));
        Optional<InetAddress> gateway = reader.bytes(RTA_GATEWAY)
                .or(() -> reader.bytes(RTA_VIA).map(via -> Arrays.copyOfRange(via, 2, via.length)))
                .map(Families::inet);
        return Optional.of(new RouteSpec(
                destination,
                reader.fixedByte(1),
                link.get(),
                gateway,
                reader.bytes(RTA_PREFSRC).map(Families::inet)));
    }
}
