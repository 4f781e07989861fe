package dev.vl3mesh.tunnel.crypto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// ChaCha20-Poly1305 (RFC 8439) under one key, by the JDK, with the nonce that WireGuard has: four bytes of zero and a
/// counter, little-endian (whitepaper, 5.4). Not safe for threads.
public final class Aead {
    /// What a sealed text is longer than the plain one.
    public static final int TAG = 16;

    private static final String NAME = "ChaCha20-Poly1305";
    private static final int NONCE = 12;

    private final Cipher cipher;
    private final SecretKeySpec key;
    private final byte[] nonce = new byte[NONCE];

    /// Takes a key of 32 bytes.
    public Aead(byte[] key) {
        try {
            this.cipher = Cipher.getInstance(NAME);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + NAME, e);
        }
        this.key = new SecretKeySpec(key, "ChaCha20");
    }

    private void start(int mode, long counter, byte[] associated) throws GeneralSecurityException {
        ByteBuffer.wrap(nonce).order(ByteOrder.LITTLE_ENDIAN).putLong(NONCE - Long.BYTES, counter);
        cipher.init(mode, key, new IvParameterSpec(nonce));
        cipher.updateAAD(associated);
    }

    /// Seals what is left of a buffer into another one.
    ///
    /// @param counter never the same again under this key
    /// @param into with room for [#TAG] bytes more
    public void seal(long counter, byte[] associated, ByteBuffer plain, ByteBuffer into) {
        try {
            start(Cipher.ENCRYPT_MODE, counter, associated);
            cipher.doFinal(plain, into);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing a message", e);
        }
    }

    /// Opens what is left of a buffer into another one.
    ///
    /// @return false if it was not sealed so
    public boolean open(long counter, byte[] associated, ByteBuffer sealed, ByteBuffer into) {
        if (sealed.remaining() < TAG) {
            return false;
        }
        try {
            start(Cipher.DECRYPT_MODE, counter, associated);
            cipher.doFinal(sealed, into);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("opening a message", e);
        }
    }
}
