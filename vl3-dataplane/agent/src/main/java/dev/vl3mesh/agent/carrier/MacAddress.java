package dev.vl3mesh.agent.carrier;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// An Ethernet address.
///
/// @param value its 48 bits
public record MacAddress(long value) {
    /// The first byte of an address that is locally administered and no group's (IEEE 802, 8.2).
    private static final long LOCAL = 0x02L << 40;

    private static final int BYTES = 6;

    /// @throws IllegalArgumentException if the value exceeds 48 bits
    public MacAddress {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException("an Ethernet address has 48 bits, not " + Long.toHexString(value));
        }
    }

    /// Returns the address that everybody derives from the same text: `02`, then the first 5 bytes of its
    /// SHA-256.
    public static MacAddress derivedFrom(String text) {
        return new MacAddress(LOCAL | hash(text) >>> 24);
    }

    /// The first 64 bits of a text's SHA-256.
    static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            long bits = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                bits = bits << 8 | (digest[i] & 0xff);
            }
            return bits;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Returns the 6 bytes in the order in which they are sent.
    public byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (value >>> (8 * (BYTES - 1 - i)));
        }
        return bytes;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes()) {
            text.append(text.isEmpty() ? "" : ":").append(String.format("%02x", b));
        }
        return text.toString();
    }
}
