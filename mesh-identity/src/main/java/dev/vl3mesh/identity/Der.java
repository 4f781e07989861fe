package dev.vl3mesh.identity;

import java.io.ByteArrayOutputStream;

/// The little of DER (X.690) that a certificate request takes to write. An agent writes nothing else, and Bouncy Castle
/// would cost each of them 10 MiB.
final class Der {
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int UTF8_STRING = 0x0c;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;
    /// Of what a type's definition numbers by itself, the first.
    static final int CONTEXT_0 = 0xa0;

    private static final int SHORT_LENGTH_MAX = 0x7f;
    private static final int BYTE_MASK = 0xff;

    private Der() {}

    /// Returns one value: its tag, its length, and its parts.
    static byte[] value(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        writeLength(out, content.size());
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /// Up to 127 as it is; else the number of its bytes, then the bytes (8.1.3).
    private static void writeLength(ByteArrayOutputStream out, int length) {
        if (length <= SHORT_LENGTH_MAX) {
            out.write(length);
            return;
        }
        int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + Byte.SIZE - 1) / Byte.SIZE;
        out.write(SHORT_LENGTH_MAX + 1 + bytes);
        for (int shift = (bytes - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            out.write(length >> shift & BYTE_MASK);
        }
    }

    /// Bytes, given as numbers of 0 to 255.
    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
