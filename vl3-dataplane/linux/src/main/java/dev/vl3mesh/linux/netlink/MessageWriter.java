package dev.vl3mesh.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes one netlink message: header, fixed part, attributes (`linux/netlink.h`). Numbers are in the machine's
/// order unless said otherwise.
public final class MessageWriter {
    private static final int NLA_F_NESTED = 0x8000;

    private ByteBuffer buffer = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

    /// Starts a message.
    ///
    /// @param type nlmsg_type
    /// @param flags nlmsg_flags, without NLM_F_REQUEST and NLM_F_ACK, which the connection adds
    public MessageWriter(int type, int flags) {
        buffer.putInt(0)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(0)
                .putInt(0);
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            buffer = ByteBuffer.wrap(
                            Arrays.copyOf(buffer.array(), Math.max(buffer.capacity() * 2, buffer.position() + bytes)))
                    .order(ByteOrder.nativeOrder())
                    .position(buffer.position());
        }
        return buffer;
    }

    /// Writes a byte of the fixed part.
    public MessageWriter putByte(int value) {
        room(1).put((byte) value);
        return this;
    }

    /// Writes 16 bits of the fixed part.
    public MessageWriter putShort(int value) {
        room(2).putShort((short) value);
        return this;
    }

    /// Writes 32 bits of the fixed part.
    public MessageWriter putInt(int value) {
        room(4).putInt(value);
        return this;
    }

    private void header(int type, int length) {
        align();
        room(4 + length).putShort((short) (4 + length)).putShort((short) type);
    }

    private void align() {
        while (buffer.position() % 4 != 0) {
            room(1).put((byte) 0);
        }
    }

    /// Writes an attribute of bytes.
    public MessageWriter attribute(int type, byte[] value) {
        header(type, value.length);
        buffer.put(value);
        align();
        return this;
    }

    /// Writes an attribute of one byte.
    public MessageWriter attributeByte(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    /// Writes an attribute of 32 bits.
    public MessageWriter attributeInt(int type, int value) {
        header(type, 4);
        buffer.putInt(value);
        return this;
    }

    /// Writes an attribute of 16 bits in network order.
    public MessageWriter attributeShortNetwork(int type, int value) {
        return attribute(type, new byte[] {(byte) (value >> 8), (byte) value});
    }

    /// Writes an attribute of 32 bits in network order.
    public MessageWriter attributeIntNetwork(int type, int value) {
        return attribute(
                type, new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value});
    }

    /// Writes an attribute of 64 bits in network order.
    public MessageWriter attributeLongNetwork(int type, long value) {
        return attribute(type, ByteBuffer.allocate(8).putLong(value).array());
    }

    /// Writes an attribute of text that ends in a zero byte.
    public MessageWriter attributeText(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return attribute(type, Arrays.copyOf(text, text.length + 1));
    }

    /// Writes an attribute that holds other attributes.
    public MessageWriter nested(int type, Runnable content) {
        align();
        int start = buffer.position();
        room(4).putShort((short) 0).putShort((short) (type | NLA_F_NESTED));
        content.run();
        align();
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    /// Returns the message.
    byte[] toBytes(int extraFlags, int sequence) {
        align();
        int length = buffer.position();
        buffer.putInt(0, length);
        buffer.putShort(6, (short) (buffer.getShort(6) | extraFlags));
        buffer.putInt(8, sequence);
        return Arrays.copyOf(buffer.array(), length);
    }
}
