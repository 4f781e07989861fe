package dev.vl3mesh.tunnel.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// BLAKE2s, with or without a key, digests of up to 32 bytes (RFC 7693). Not safe for threads.
public final class Blake2s {
    /// Of the longest digest, in bytes.
    public static final int BYTES = 32;

    static final int BLOCK = 64;
    private static final int ROUNDS = 10;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    /// RFC 7693, 2.6.
    private static final int[] IV = {
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19
    };
    /// RFC 7693, 2.7.
    private static final byte[][] SIGMA = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
        {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
        {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
        {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
        {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}
    };

    private final int digestBytes;
    private final int[] h = new int[8];
    private final int[] v = new int[16];
    private final int[] m = new int[16];
    private final byte[] block = new byte[BLOCK];
    private int filled;
    private long count;

    private Blake2s(int digestBytes, byte[] key) {
        this.digestBytes = digestBytes;
        System.arraycopy(IV, 0, h, 0, h.length);
        h[0] ^= 0x01010000 ^ (key.length << 8) ^ digestBytes;
        if (key.length > 0) {
            System.arraycopy(key, 0, block, 0, key.length);
            filled = BLOCK;
        }
    }

    /// Without a key.
    public static Blake2s hash() {
        return new Blake2s(BYTES, new byte[0]);
    }

    /// With a key.
    ///
    /// @param key of 1 to 32 bytes
    /// @param digestBytes from 1 to 32
    ///
    /// @throws IllegalArgumentException if a length is out of its range
    public static Blake2s mac(byte[] key, int digestBytes) {
        if (key.length < 1 || key.length > BYTES || digestBytes < 1 || digestBytes > BYTES) {
            throw new IllegalArgumentException(
                    "BLAKE2s: a key of " + key.length + " bytes, a digest of " + digestBytes + ": each has 1 to 32");
        }
        return new Blake2s(digestBytes, key);
    }

    /// Of any length, for the RFC's own test.
    static Blake2s sized(int digestBytes, byte[] key) {
        return new Blake2s(digestBytes, key);
    }

    /// Takes all of an array.
    public Blake2s update(byte[] input) {
        return update(input, 0, input.length);
    }

    /// Takes a part of an array.
    public Blake2s update(byte[] input, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (filled == BLOCK) { // only now it is known not to be the last one
                compress(false);
            }
            int part = Math.min(BLOCK - filled, end - at);
            System.arraycopy(input, at, block, filled, part);
            filled += part;
            at += part;
        }
        return this;
    }

    /// The digest; nothing can be taken afterwards.
    public byte[] digest() {
        Arrays.fill(block, filled, BLOCK, (byte) 0);
        compress(true);
        byte[] all = new byte[BYTES];
        for (int i = 0; i < h.length; i++) {
            WORDS.set(all, i * Integer.BYTES, h[i]);
        }
        return digestBytes == BYTES ? all : Arrays.copyOf(all, digestBytes);
    }

    private void compress(boolean last) {
        count += filled;
        filled = 0;
        System.arraycopy(h, 0, v, 0, h.length);
        System.arraycopy(IV, 0, v, h.length, IV.length);
        v[12] ^= (int) count;
        v[13] ^= (int) (count >>> Integer.SIZE);
        if (last) {
            v[14] = ~v[14];
        }
        for (int i = 0; i < m.length; i++) {
            m[i] = (int) WORDS.get(block, i * Integer.BYTES);
        }
        for (int round = 0; round < ROUNDS; round++) {
            byte[] s = SIGMA[round];
            mix(0, 4, 8, 12, m[s[0]], m[s[1]]);
            mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
            mix(2, 6, 10, 14, m[s[4]], m[s[5]]);
            mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
            mix(0, 5, 10, 15, m[s[8]], m[s[9]]);
            mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
            mix(2, 7, 8, 13, m[s[12]], m[s[13]]);
            mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
        }
        for (int i = 0; i < h.length; i++) {
            h[i] ^= v[i] ^ v[i + h.length];
        }
    }

    private void mix(int a, int b, int c, int d, int x, int y) {
        v[a] += v[b] + x;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 12);
        v[a] += v[b] + y;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 8);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 7);
    }
}
