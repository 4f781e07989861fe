package dev.vl3mesh.tunnel;

import java.nio.ByteBuffer;
import java.time.Instant;

/// TAI64N, as far as it has to be: a later one is greater (whitepaper, 5.1).
///
/// @param seconds its label, which has no sign
/// @param nanos as they were sent
record Timestamp(long seconds, int nanos) implements Comparable<Timestamp> {
    static final int BYTES = 12;
    /// Before all others.
    static final Timestamp FIRST = new Timestamp(0, 0);
    /// TAI64 of the beginning of 1970, ten leap seconds included.
    private static final long EPOCH = 0x400000000000000aL;

    static Timestamp of(Instant time) {
        return new Timestamp(EPOCH + time.getEpochSecond(), time.getNano());
    }

    static Timestamp ofBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Timestamp(buffer.getLong(), buffer.getInt());
    }

    byte[] bytes() {
        return ByteBuffer.allocate(BYTES).putLong(seconds).putInt(nanos).array();
    }

    @Override
    public int compareTo(Timestamp other) {
        int bySeconds = Long.compareUnsigned(seconds, other.seconds);
        return bySeconds == 0 ? Integer.compareUnsigned(nanos, other.nanos) : bySeconds;
    }
}
