package dev.vl3mesh.linux.netlink;

import static dev.vl3mesh.linux.netlink.Families.AF_BRIDGE;

import java.util.Optional;

/// Messages about neighbours and forwarding entries (`linux/neighbour.h`).
final class NeighborMessages {
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;
    static final int NDMSG_BYTES = 12;

    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NUD_PERMANENT = 0x80;
    private static final int NTF_SELF = 2;
    private static final int MAC_BYTES = 6;

    private NeighborMessages() {}

    static MessageWriter put(NeighborSpec spec) {
        return message(
                        RTM_NEWNEIGH,
                        RouteClient.NLM_F_CREATE | RouteClient.NLM_F_REPLACE,
                        Families.of(spec.address()),
                        spec.link(),
                        0)
                .attribute(NDA_DST, spec.address().getAddress())
                .attribute(NDA_LLADDR, spec.hardwareAddress().bytes());
    }

    static MessageWriter delete(NeighborSpec spec) {
        return message(RTM_DELNEIGH, 0, Families.of(spec.address()), spec.link(), 0)
                .attribute(NDA_DST, spec.address().getAddress());
    }

    static MessageWriter forwarding(int type, int flags, FdbSpec spec) {
        return message(type, flags, AF_BRIDGE, spec.link(), NTF_SELF)
                .attribute(NDA_LLADDR, spec.hardwareAddress().bytes())
                .attribute(NDA_DST, spec.outer().getAddress());
    }

    static MessageWriter all(int family) {
        return new MessageWriter(RTM_GETNEIGH, 0)
                .putByte(family)
                .putByte(0)
                .putShort(0)
                .putInt(0)
                .putShort(0)
                .putByte(0)
                .putByte(0);
    }

    /// Reads a permanent neighbour.
    static Optional<NeighborSpec> readNeighbor(MessageReader reader) {
        return (reader.fixedShort(8) & NUD_PERMANENT) == 0
                ? Optional.empty()
                : hardware(reader)
                        .flatMap(mac -> reader.bytes(NDA_DST)
                                .map(address -> new NeighborSpec(reader.fixedInt(4), Families.inet(address), mac)));
    }

    /// Reads a forwarding entry that names an outer address.
    static Optional<FdbSpec> readForwarding(MessageReader reader) {
        return hardware(reader)
                .flatMap(mac ->
                        reader.bytes(NDA_DST).map(outer -> new FdbSpec(reader.fixedInt(4), mac, Families.inet(outer))));
    }

    private static Optional<HardwareAddress> hardware(MessageReader reader) {
        return reader.bytes(NDA_LLADDR)
                .filter(bytes -> bytes.length == MAC_BYTES)
                .map(HardwareAddress::ofBytes);
    }

    private static MessageWriter message(int type, int flags, int family, int link, int neighborFlags) {
        return new MessageWriter(type, flags)
                .putByte(family)
                .putByte(0)
                .putShort(0)
                .putInt(link)
                .putShort(NUD_PERMANENT)
                .putByte(neighborFlags)
                .putByte(0);
    }
}
