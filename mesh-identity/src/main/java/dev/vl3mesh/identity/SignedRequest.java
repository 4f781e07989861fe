package dev.vl3mesh.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// What an issuer reads of a certificate request (PKCS #10, RFC 2986). Apart from [CertificateRequest], which agents
/// make without Bouncy Castle.
final class SignedRequest {
    /// Ours have about 200.
    private static final int BYTES_MAX = 4_096;

    private SignedRequest() {}

    /// Returns the key of a request that was signed with it. What the request asks for beside its key is nobody's
    /// matter.
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
