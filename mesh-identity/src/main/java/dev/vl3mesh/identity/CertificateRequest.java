package dev.vl3mesh.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;

/// A fresh key and the request for its certificate (PKCS #10, RFC 2986). The request has no subject: who asks is
/// proved
/// otherwise.
///
/// @param der the request
@SuppressWarnings("ArrayRecordComponent") // never compared; the bytes go onto the wire as they are
public record CertificateRequest(KeyPair keys, byte[] der) {
    private static final byte[] ECDSA_WITH_SHA256 = // RFC 5758, 3.2: 1.2.840.10045.4.3.2
            Der.value(
                    Der.SEQUENCE,
                    Der.value(Der.OBJECT_IDENTIFIER, Der.bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));
    private static final byte[] ORGANIZATION =
            Der.value(Der.OBJECT_IDENTIFIER, Der.bytes(0x55, 0x04, 0x0a)); // 2.5.4.10
    private static final byte[] SUBJECT = Der.value(
            Der.SEQUENCE,
            Der.value(
                    Der.SET,
                    Der.value(
                            Der.SEQUENCE,
                            ORGANIZATION,
                            Der.value(Der.UTF8_STRING, "vl3mesh".getBytes(StandardCharsets.US_ASCII)))));

    /// Makes a fresh EC P-256 key and its request.
    public static CertificateRequest make(SecureRandom random) {
        KeyPair keys = newKeys(random);
        byte[] info = Der.value(
                Der.SEQUENCE,
                Der.value(Der.INTEGER, Der.bytes(0)),
                SUBJECT,
                keys.getPublic().getEncoded(),
                Der.value(Der.CONTEXT_0));
        // the first byte of a bit string says how many bits of the last are unused
        byte[] signature = Der.value(Der.BIT_STRING, Der.bytes(0), sign(info, keys));
        return new CertificateRequest(keys, Der.value(Der.SEQUENCE, info, ECDSA_WITH_SHA256, signature));
    }

    private static byte[] sign(byte[] bytes, KeyPair keys) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IdentityException("making a certificate request", e);
        }
    }

    static KeyPair newKeys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }
}
