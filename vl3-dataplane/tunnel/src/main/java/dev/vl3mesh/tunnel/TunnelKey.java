package dev.vl3mesh.tunnel;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/// A key of 32 bytes: a public one, or one that two peers share beforehand. Equal keys have equal bytes.
public final class TunnelKey {
    /// In bytes.
    public static final int BYTES = 32;

    /// A shared key of peers that share none: zeros (whitepaper, 5.2).
    public static final TunnelKey NONE = new TunnelKey(new byte[BYTES]);

    private final byte[] bytes;

    private TunnelKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Of its bytes.
    ///
    /// @throws IllegalArgumentException if they are not 32
    public static TunnelKey of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes, not " + bytes.length);
        }
        return new TunnelKey(bytes.clone());
    }

    /// In Base64, as tools of WireGuard write keys.
    ///
    /// @throws IllegalArgumentException if it is none, or not of 32 bytes
    public static TunnelKey parse(String base64) {
        return of(Base64.getDecoder().decode(base64));
    }

    /// In Base64.
    public String text() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// A copy of the bytes.
    public byte[] bytes() {
        return bytes.clone();
    }

    /// The bytes themselves, not to be written.
    byte[] raw() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TunnelKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// Says nothing of what may be a secret.
    @Override
    public String toString() {
        return "a key";
    }
}
