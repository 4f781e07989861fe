package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.linux.netlink.HardwareAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// What everybody derives alike from a name, so that nobody has to be told.
///
/// @param bits the first 64 bits of the name's SHA-256
public record NameHash(long bits) {
    /// The first byte of an Ethernet address that is locally administered and no group's (IEEE 802, 8.2).
    private static final long LOCAL = 0x02L << 40;

    /// Returns the hash of a name.
    public static NameHash of(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            long bits = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                bits = bits << 8 | (digest[i] & 0xff);
            }
            return new NameHash(bits);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Returns `02`, then the first 5 bytes.
    public HardwareAddress hardwareAddress() {
        return new HardwareAddress(LOCAL | bits >>> 24);
    }
}
