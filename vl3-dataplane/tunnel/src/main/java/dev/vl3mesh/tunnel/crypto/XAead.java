package dev.vl3mesh.tunnel.crypto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// XChaCha20-Poly1305: ChaCha20-Poly1305 with a nonce of 24 bytes, which may be chosen at random
/// (draft-irtf-cfrg-xchacha-03, 2.2 and 2.3).
public final class XAead {
    /// Of a nonce, in bytes.
    public static final int NONCE = 24;

    private static final int HALF = 16;
    private static final int ROUNDS = 10;
    /// "expand 32-byte k".
    private static final int[] CONSTANTS = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    private XAead() {}

    /// Seals what is left of a buffer into another one.
    public static void seal(byte[] key, byte[] nonce, byte[] associated, ByteBuffer plain, ByteBuffer into) {
        new Aead(subkey(key, nonce)).seal(counter(nonce), associated, plain, into);
    }

    /// Opens what is left of a buffer into another one.
    ///
    /// @return false if it was not sealed so
    public static boolean open(byte[] key, byte[] nonce, byte[] associated, ByteBuffer sealed, ByteBuffer into) {
        return new Aead(subkey(key, nonce)).open(counter(nonce), associated, sealed, into);
    }

    /// The nonce's end takes the place of the counter.
    private static long counter(byte[] nonce) {
        return ByteBuffer.wrap(nonce).order(ByteOrder.LITTLE_ENDIAN).getLong(HALF);
    }

    /// HChaCha20.
    static byte[] subkey(byte[] key, byte[] nonce) {
        int[] x = new int[HALF];
        System.arraycopy(CONSTANTS, 0, x, 0, CONSTANTS.length);
        ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(x, 4, 8);
        ByteBuffer.wrap(nonce).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(x, 12, 4);
        for (int i = 0; i < ROUNDS; i++) {
            quarter(x, 0, 4, 8, 12);
            quarter(x, 1, 5, 9, 13);
            quarter(x, 2, 6, 10, 14);
            quarter(x, 3, 7, 11, 15);
            quarter(x, 0, 5, 10, 15);
            quarter(x, 1, 6, 11, 12);
            quarter(x, 2, 7, 8, 13);
            quarter(x, 3, 4, 9, 14);
        }
        ByteBuffer subkey = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        subkey.asIntBuffer().put(x, 0, 4).put(x, 12, 4);
        return subkey.array();
    }

    private static void quarter(int[] x, int a, int b, int c, int d) {
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
    }
}
