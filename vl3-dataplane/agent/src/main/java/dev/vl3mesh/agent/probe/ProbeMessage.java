package dev.vl3mesh.agent.probe;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.stream.Stream;

/// What agents send each other, in UDP over IPv6 between their ends of a domain's carrier. An answer is as
/// long as its question, so that what fits is what fits in both directions.
///
/// ```
///    4 bytes  "VL3P"
///    1 byte   version, 1
///    1 byte   1 question, 2 answer
///    2 bytes  0
///    8 bytes  nonce, random; an answer repeats it
///    4 bytes  the least MTU that the sender measured to any of its peers in the domain; 0 unknown
///    …        0, up to the length that is to be tried
/// ```
///
/// @param pathsMtu the least MTU that the sender measured, in bytes of an inner packet; 0 unknown
/// @param bytes length of the inner packet, IPv6 and UDP headers included
record ProbeMessage(Kind kind, long nonce, int pathsMtu, int bytes) {
    enum Kind {
        QUESTION((byte) 1),
        ANSWER((byte) 2);

        private final byte code;

        Kind(byte code) {
            this.code = code;
        }
    }

    /// RFC 8200: 40, RFC 768: 8.
    static final int HEADERS_BYTES = 48;

    /// The longest that fits in IPv6 without a jumbogram.
    static final int BYTES_MAX = 65_535;

    private static final int MAGIC = 0x564c_3350;
    private static final byte VERSION = 1;
    private static final int FIELDS_BYTES = 20;

    /// The shortest.
    static final int BYTES_MIN = HEADERS_BYTES + FIELDS_BYTES;

    /// Writes it, from the buffer's beginning.
    void write(ByteBuffer out) {
        out.clear();
        out.putInt(MAGIC);
        out.put(VERSION);
        out.put(kind.code);
        out.putShort((short) 0);
        out.putLong(nonce);
        out.putInt(pathsMtu);
        while (out.position() < bytes - HEADERS_BYTES) {
            out.put((byte) 0);
        }
        out.flip();
    }

    /// Reads one, or nothing where it is none.
    static Optional<ProbeMessage> read(ByteBuffer in) {
        int bytes = in.remaining() + HEADERS_BYTES;
        if (bytes < BYTES_MIN || in.getInt() != MAGIC || in.get() != VERSION) {
            return Optional.empty();
        }
        byte code = in.get();
        var _ = in.getShort();
        long nonce = in.getLong();
        int pathsMtu = in.getInt();
        if (pathsMtu < 0 || pathsMtu > BYTES_MAX) {
            return Optional.empty();
        }
        return Stream.of(Kind.values())
                .filter(kind -> kind.code == code)
                .findFirst()
                .map(kind -> new ProbeMessage(kind, nonce, pathsMtu, bytes));
    }
}
