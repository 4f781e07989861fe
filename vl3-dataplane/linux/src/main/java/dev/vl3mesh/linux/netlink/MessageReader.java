package dev.vl3mesh.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Reads the attributes of a netlink message; what is cut short or too long is left out, never read past.
public final class MessageReader {
    private static final int NLA_TYPE_MASK = 0x3fff;

    private final ByteBuffer body;
    private final Map<Integer, byte[]> attributes = new HashMap<>();

    /// Reads a message.
    ///
    /// @param body what follows the netlink header
    /// @param fixedBytes the length of the fixed part before the attributes
    MessageReader(byte[] body, int fixedBytes) {
        this.body = ByteBuffer.wrap(body).order(ByteOrder.nativeOrder());
        read(body, Math.min(fixedBytes, body.length));
    }

    private void read(byte[] bytes, int start) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        int at = start;
        while (at + 4 <= bytes.length) {
            int length = Short.toUnsignedInt(buffer.getShort(at));
            int type = buffer.getShort(at + 2) & NLA_TYPE_MASK;
            if (length < 4 || at + length > bytes.length) {
                return;
            }
            byte[] value = new byte[length - 4];
            buffer.get(at + 4, value);
            attributes.put(type, value);
            at += (length + 3) & ~3;
        }
    }

    /// A byte of the fixed part.
    int fixedByte(int offset) {
        return Byte.toUnsignedInt(body.get(offset));
    }

    /// 16 bits of the fixed part.
    int fixedShort(int offset) {
        return Short.toUnsignedInt(body.getShort(offset));
    }

    /// 32 bits of the fixed part.
    int fixedInt(int offset) {
        return body.getInt(offset);
    }

    /// The bytes of an attribute.
    public Optional<byte[]> bytes(int type) {
        return Optional.ofNullable(attributes.get(type));
    }

    /// The number of an attribute of 32 bits.
    public Optional<Integer> number(int type) {
        return bytes(type)
                .filter(b -> b.length >= 4)
                .map(b -> ByteBuffer.wrap(b).order(ByteOrder.nativeOrder()).getInt());
    }

    /// The text of an attribute, without its final zero byte.
    public Optional<String> text(int type) {
        return bytes(type).map(b -> {
            int end = b.length > 0 && b[b.length - 1] == 0 ? b.length - 1 : b.length;
            return new String(b, 0, end, StandardCharsets.UTF_8);
        });
    }

    /// The attributes inside an attribute.
    public Optional<MessageReader> nested(int type) {
        return bytes(type).map(b -> new MessageReader(b, 0));
    }
}
