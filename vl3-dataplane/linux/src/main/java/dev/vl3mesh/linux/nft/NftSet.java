package dev.vl3mesh.linux.nft;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A named set of a table, with the elements that it starts with. A value.
public record NftSet(String name, Kind kind, List<Element> elements) {
    /// What a set's elements are; the numbers are `nft`'s own, by which it prints them.
    public enum Kind {
        /// `type ipv4_addr`
        IPV4(7, 4, 2),
        /// `type ipv6_addr`
        IPV6(8, 16, 2),
        /// `type uid`
        UID(24, 4, 1),
        /// `type ifname`
        INTERFACE(41, 16, 1),
        /// `type ifname . ipv4_addr`
        INTERFACE_IPV4((41 << 6) | 7, 20, 2),
        /// `type ifname . ipv6_addr`
        INTERFACE_IPV6((41 << 6) | 8, 32, 2);

        final int type;
        final int bytes;
        /// 1: the machine's, 2: the network's; a note to `nft`, which the kernel keeps unread.
        final int byteOrder;

        Kind(int type, int bytes, int byteOrder) {
            this.type = type;
            this.bytes = bytes;
            this.byteOrder = byteOrder;
        }
    }

    /// One element.
    ///
    /// @param bytes the key as the kernel has it
    @SuppressWarnings("ArrayRecordComponent") // written, never compared
    public record Element(byte[] bytes) {
        /// An address.
        public static Element of(InetAddress address) {
            return new Element(address.getAddress());
        }

        /// A user id.
        public static Element uid(int uid) {
            return new Element(ByteBuffer.allocate(4)
                    .order(ByteOrder.nativeOrder())
                    .putInt(uid)
                    .array());
        }

        /// An interface.
        public static Element interfaceName(String name) {
            return new Element(Rule.interfaceName(name));
        }

        /// An address behind an interface.
        public static Element of(String interfaceName, InetAddress address) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes(Rule.interfaceName(interfaceName));
            bytes.writeBytes(address.getAddress());
            return new Element(bytes.toByteArray());
        }
    }

    /// Makes an immutable copy.
    public NftSet {
        elements = List.copyOf(elements);
        for (Element element : elements) {
            if (element.bytes().length != kind.bytes) {
                throw new IllegalArgumentException(
                        "an element of " + element.bytes().length + " bytes in set " + name + " of " + kind);
            }
        }
    }

    /// An empty set.
    public static NftSet of(String name, Kind kind) {
        return new NftSet(name, kind, List.of());
    }

    /// The set with one more element.
    public NftSet with(Element element) {
        List<Element> all = new ArrayList<>(elements);
        all.add(element);
        return new NftSet(name, kind, all);
    }
}
