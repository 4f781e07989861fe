package dev.vl3mesh.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A fresh key and the request for its certificate (PKCS #10, RFC 2986). The request has no subject: who asks is
/// proved
/// otherwise.
///
/// @param der the request
@SuppressWarnings("ArrayRecordComponent") // never compared; the bytes go onto the wire as they are
public record CertificateRequest(KeyPair keys, byte[] der) {
    /// Ours have about 200.
    private static final int BYTES_MAX = 4_096;

    /// Makes a fresh EC P-256 key and its request.
    public static CertificateRequest make(SecureRandom random) {
        KeyPair keys = newKeys(random);
        try {
            return new CertificateRequest(
                    keys,
                    new JcaPKCS10CertificationRequestBuilder(new X500Name("O=vl3mesh"), keys.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                            .getEncoded());
        } catch (IOException | OperatorCreationException e) {
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

    /// Returns the key of a request that was signed with it. What the request asks for beside its key is nobody's matter.
    ///
    /// @throws IdentityException if the bytes are no request signed by its own key, or the key is not EC P-256
    static PublicKey verified(byte[] der) {
        if (der.length > BYTES_MAX) {
            throw new IdentityException(
                    "a certificate request of " + der.length + " bytes is refused: " + BYTES_MAX + " are enough");
        }
        try {
            var parsed = new JcaPKCS10CertificationRequest(der);
            PublicKey key = parsed.getPublicKey();
            // before its signature is looked at: one of a huge key would cost seconds
            if (!(key instanceof ECPublicKey ec) || ec.getParams().getOrder().bitLength() != 256) {
                throw new IdentityException("the certificate request's key is not EC P-256");
            }
            if (!parsed.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IdentityException("the certificate request is not signed with its own key");
            }
            return key;
        } catch (IdentityException e) {
            throw e;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) { // the parser has unchecked exceptions of many kinds for what is no ASN.1
            throw new IdentityException("these bytes are no certificate request", e);
        }
    }
}
