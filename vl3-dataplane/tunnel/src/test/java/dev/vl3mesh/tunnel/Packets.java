package dev.vl3mesh.tunnel;

import dev.vl3mesh.model.address.IpAddress;
import java.nio.ByteBuffer;

/// IPv4 packets for tests.
final class Packets {
    private static final int HEADER = 20;
    private static final int ECHO = 8;
    private static final byte ICMP = 1;
    private static final byte ECHO_REQUEST = 8;

    private Packets() {}

    /// An ICMP message (RFC 792) with a number in it.
    ///
    /// @param type 8 for a request of an echo, 0 for a reply
    static ByteBuffer icmp(String from, String to, int type, int number, int payload) {
        int length = HEADER + ECHO + payload;
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) length);
        packet.putInt(0).put((byte) 64).put(ICMP).putShort((short) 0);
        packet.put(IpAddress.parse(from).bytes()).put(IpAddress.parse(to).bytes());
        packet.putShort(10, checksum(packet, 0, HEADER));
        packet.put((byte) type)
                .put((byte) 0)
                .putShort((short) 0)
                .putShort((short) 7)
                .putShort((short) number);
        for (int i = 0; i < payload; i++) {
            packet.put((byte) i);
        }
        packet.putShort(HEADER + 2, checksum(packet, HEADER, length));
        return packet.flip();
    }

    static ByteBuffer ping(String from, String to, int number, int payload) {
        return icmp(from, to, ECHO_REQUEST, number, payload);
    }

    /// The reply that a host would give.
    static ByteBuffer replyTo(ByteBuffer request) {
        ByteBuffer reply = ByteBuffer.allocate(request.remaining());
        reply.put(request.duplicate()).flip();
        for (int i = 0; i < 4; i++) {
            reply.put(12 + i, request.get(16 + i)).put(16 + i, request.get(12 + i));
        }
        reply.put(HEADER, (byte) 0).putShort(HEADER + 2, (short) 0);
        reply.putShort(HEADER + 2, checksum(reply, HEADER, reply.limit()));
        return reply;
    }

    static int icmpType(ByteBuffer packet) {
        return packet.get(packet.position() + HEADER);
    }

    static int number(ByteBuffer packet) {
        return packet.getShort(packet.position() + HEADER + 6) & 0xffff;
    }

    /// RFC 1071.
    private static short checksum(ByteBuffer packet, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += 2) {
            int low = i + 1 < to ? packet.get(i + 1) & 0xff : 0;
            sum += (packet.get(i) & 0xff) << 8 | low;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
