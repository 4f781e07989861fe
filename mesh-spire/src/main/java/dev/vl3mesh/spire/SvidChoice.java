package dev.vl3mesh.spire;

import com.google.protobuf.ByteString;
import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import io.spiffe.bundle.x509bundle.X509Bundle;
import io.spiffe.exception.InvalidSpiffeIdException;
import io.spiffe.exception.X509BundleException;
import io.spiffe.exception.X509SvidException;
import io.spiffe.spiffeid.TrustDomain;
import io.spiffe.svid.x509svid.X509Svid;
import io.spiffe.workloadapi.grpc.Workload.X509SVID;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.List;

/// Takes from all that a workload may be what it has to be. A workload to which several registration entries apply
/// gets an SVID of each.
final class SvidChoice {
    private SvidChoice() {}

    /// Returns the SVID of an id, with the roots of its trust domain.
    ///
    /// @throws IdentityException if there is none, or it is not well made; the message says what to register
    static Svid of(X509SVIDResponse response, SpiffeId expected) {
        List<String> ids =
                response.getSvidsList().stream().map(X509SVID::getSpiffeId).toList();
        X509SVID chosen = response.getSvidsList().stream()
                .filter(svid -> svid.getSpiffeId().equals(expected.toString()))
                .findFirst()
                .orElseThrow(() -> new IdentityException("the Workload API calls this workload " + ids
                        + ", and it has to be " + expected + ": make a registration entry with that id for it"));
        try {
            X509Svid svid = X509Svid.parseRaw(bytes(chosen.getX509Svid()), bytes(chosen.getX509SvidKey()));
            X509Bundle bundle = X509Bundle.parse(TrustDomain.parse(expected.trustDomain()), bytes(chosen.getBundle()));
            Svid made = new Svid(svid.getPrivateKey(), svid.getChain(), List.copyOf(bundle.getX509Authorities()));
            if (!matches(made)) {
                throw new IdentityException(
                        "the key that the Workload API gives for " + expected + " is not the one of its certificate");
            }
            if (!made.id().equals(expected)) {
                throw new IdentityException(
                        "the Workload API says " + expected + " of a certificate that is of " + made.id());
            }
            return made;
        } catch (X509SvidException | X509BundleException | InvalidSpiffeIdException e) {
            throw new IdentityException("the SVID " + expected + " of the Workload API can't be used", e);
        }
    }

    private static byte[] bytes(ByteString bytes) {
        return bytes.toByteArray();
    }

    /// An identity whose key is another's would break every handshake from now on; the present one does not.
    private static boolean matches(Svid svid) {
        byte[] text = svid.id().toString().getBytes(StandardCharsets.UTF_8);
        try {
            Signature signature =
                    Signature.getInstance(svid.key().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(svid.key());
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(svid.chain().getFirst().getPublicKey());
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new IdentityException("the key of " + svid.id() + " can't be used", e);
        }
    }
}
