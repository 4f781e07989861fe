package dev.vl3mesh.tunnel.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.random.RandomGenerator;
import javax.crypto.KeyAgreement;

/// Diffie-Hellman on Curve25519 (RFC 7748), by the JDK.
public final class X25519 {
    /// Of a key, private or public, and of a shared secret.
    public static final int BYTES = 32;

    private static final String NAME = "X25519";
    private static final byte[] BASE_POINT = new byte[BYTES];

    static {
        BASE_POINT[0] = 9;
    }

    private X25519() {}

    /// A new private key.
    ///
    /// @param random has to be a secure one but in a simulation
    public static byte[] newPrivate(RandomGenerator random) {
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        key[0] &= (byte) 248;
        key[31] = (byte) ((key[31] & 127) | 64);
        return key;
    }

    /// The public key of a private one.
    public static byte[] publicOf(byte[] privateKey) {
        try {
            return agree(privateKey, BASE_POINT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no X25519", e);
        }
    }

    /// What both sides get.
    ///
    /// @throws GeneralSecurityException if the public key is one that yields nothing secret (RFC 7748, 6.1)
    public static byte[] agree(byte[] privateKey, byte[] publicKey) throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance(NAME);
        byte[] bigEndian = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bigEndian[i] = publicKey[BYTES - 1 - i];
        }
        bigEndian[0] &= 127; // RFC 7748, 5: the highest bit is masked
        PublicKey point =
                factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian)));
        KeyAgreement agreement = KeyAgreement.getInstance(NAME);
        agreement.init(factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
        agreement.doPhase(point, true);
        return agreement.generateSecret();
    }
}
