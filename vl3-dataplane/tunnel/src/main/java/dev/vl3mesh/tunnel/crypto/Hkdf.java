package dev.vl3mesh.tunnel.crypto;

import java.util.Arrays;

/// Keys from a chaining key and what both sides know: HKDF (RFC 5869) over HMAC (RFC 2104) with BLAKE2s, as Noise has
/// it (Noise Protocol Framework, 4.3).
public final class Hkdf {
    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5c;

    private Hkdf() {}

    /// HMAC with BLAKE2s.
    ///
    /// @param key of at most 64 bytes
    static byte[] hmac(byte[] key, byte[]... parts) {
        Blake2s inner = Blake2s.hash().update(pad(key, INNER));
        for (byte[] part : parts) {
            inner.update(part);
        }
        return Blake2s.hash().update(pad(key, OUTER)).update(inner.digest()).digest();
    }

    private static byte[] pad(byte[] key, byte with) {
        byte[] padded = Arrays.copyOf(key, Blake2s.BLOCK);
        for (int i = 0; i < padded.length; i++) {
            padded[i] ^= with;
        }
        return padded;
    }

    /// As many keys of 32 bytes as are asked for.
    ///
    /// @param count from 1 to 3
    public static byte[][] derive(int count, byte[] chain, byte[] input) {
        byte[] secret = hmac(chain, input);
        byte[][] keys = new byte[count][];
        byte[] before = {};
        for (int i = 0; i < count; i++) {
            before = hmac(secret, before, new byte[] {(byte) (i + 1)});
            keys[i] = before;
        }
        return keys;
    }
}
