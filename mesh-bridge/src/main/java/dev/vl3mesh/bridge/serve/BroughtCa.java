package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.Pem;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A certificate authority that the user has brought for a domain's mesh: a root, or an intermediate below one whose
/// key stays elsewhere. In the files that Istio has for it.
///
/// See istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
///
/// @param key of the first certificate; a secret
/// @param chain from the authority's own certificate to the root
record BroughtCa(PrivateKey key, List<X509Certificate> chain) {
    static final String KEY = "ca-key.pem";
    private static final String CERTIFICATE = "ca-cert.pem";
    private static final String CHAIN = "cert-chain.pem";
    private static final String ROOT = "root-cert.pem";

    /// Reads and checks it.
    ///
    /// @param files by their names
    /// @param now when it has to be good
    ///
    /// @throws IdentityException with a sentence that says what is wrong with which file
    static BroughtCa read(Map<String, String> files, Date now) {
        PrivateKey key = part(KEY, () -> Pem.key(file(files, KEY)));
        X509Certificate own = part(
                CERTIFICATE, () -> Pem.certificates(file(files, CERTIFICATE)).getFirst());
        X509Certificate root =
                part(ROOT, () -> Pem.certificates(file(files, ROOT)).getFirst());
        List<X509Certificate> chain = new ArrayList<>(List.of(own));
        if (!own.equals(root)) {
            part(CHAIN, () -> Pem.certificates(file(files, CHAIN))).stream()
                    .filter(one -> !one.equals(own) && !one.equals(root))
                    .forEach(chain::add);
            chain.add(root);
        }
        if (own.getBasicConstraints() < 1) {
            throw new IdentityException(
                    CERTIFICATE + " may not sign for another authority, and the mesh's control plane is one: its"
                            + " basic constraints have to say CA, with a path length of 1 or more");
        }
        if (!matches(key, own)) {
            throw new IdentityException(KEY + " is not the key of " + CERTIFICATE);
        }
        validate(chain, root, now);
        return new BroughtCa(key, List.copyOf(chain));
    }

    private interface Part<T> {
        T read();
    }

    private static <T> T part(String file, Part<T> part) {
        try {
            return part.read();
        } catch (IdentityException e) {
            throw new IdentityException(file + ": " + e.getMessage(), e);
        }
    }

    private static String file(Map<String, String> files, String name) {
        return Optional.ofNullable(files.get(name)).orElseThrow(() -> new IdentityException("it is missing"));
    }

    private static boolean matches(PrivateKey key, X509Certificate certificate) {
        byte[] sample = {1};
        try {
            Signature signature = Signature.getInstance(CertificateIssuer.signatureAlgorithm(key));
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey()); // which its key usage has not to allow
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static void validate(List<X509Certificate> chain, X509Certificate root, Date now) {
        try {
            root.checkValidity(now);
            CertPath path = CertificateFactory.getInstance("X.509")
                    .generateCertPath(
                            chain.stream().filter(one -> !one.equals(root)).toList());
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(now);
            if (!path.getCertificates().isEmpty()) {
                CertPathValidator.getInstance("PKIX").validate(path, parameters);
            }
        } catch (GeneralSecurityException e) {
            throw new IdentityException(
                    CERTIFICATE + " with " + CHAIN + " does not lead to " + ROOT + ": " + e.getMessage(), e);
        }
    }

    /// The last of the chain.
    X509Certificate root() {
        return chain.getLast();
    }
}
