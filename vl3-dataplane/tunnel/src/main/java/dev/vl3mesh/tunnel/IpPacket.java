package dev.vl3mesh.tunnel;

import dev.vl3mesh.model.address.IpAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What a tunnel has to know of an IP packet (RFC 791, 3.1; RFC 8200, 3).
///
/// @param length of the packet by its header, in bytes
record IpPacket(IpAddress source, IpAddress destination, int length) {
    private static final int V4_HEADER = 20;
    private static final int V4_LENGTH_AT = 2;
    private static final int V4_SOURCE_AT = 12;
    private static final int V4_BYTES = 4;
    private static final int V6_HEADER = 40;
    private static final int V6_LENGTH_AT = 4;
    private static final int V6_SOURCE_AT = 8;
    private static final int V6_BYTES = 16;

    /// Null if a buffer does not begin with a whole packet.
    static @Nullable IpPacket of(ByteBuffer packet) {
        int start = packet.position();
        int size = packet.remaining();
        int version = size == 0 ? 0 : (packet.get(start) & 0xff) >>> 4;
        if (version == 4 && size >= V4_HEADER) {
            int length = unsigned(packet, start + V4_LENGTH_AT);
            return length < V4_HEADER || length > size
                    ? null
                    : new IpPacket(
                            address(packet, start + V4_SOURCE_AT, V4_BYTES),
                            address(packet, start + V4_SOURCE_AT + V4_BYTES, V4_BYTES),
                            length);
        }
        if (version == 6 && size >= V6_HEADER) {
            int length = V6_HEADER + unsigned(packet, start + V6_LENGTH_AT);
            return length > size
                    ? null
                    : new IpPacket(
                            address(packet, start + V6_SOURCE_AT, V6_BYTES),
                            address(packet, start + V6_SOURCE_AT + V6_BYTES, V6_BYTES),
                            length);
        }
        return null;
    }

    private static int unsigned(ByteBuffer packet, int at) {
        return (packet.get(at) & 0xff) << 8 | (packet.get(at + 1) & 0xff);
    }

    private static IpAddress address(ByteBuffer packet, int at, int length) {
        byte[] bytes = new byte[length];
        packet.get(at, bytes);
        return IpAddress.ofBytes(bytes);
    }
}
