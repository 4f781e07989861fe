package dev.vl3mesh.ctl.cluster;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;

/// Hashes that are written down and compared.
public final class Digests {
    private Digests() {}

    /// Hexadecimal SHA-256.
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Hexadecimal SHA-256 of the first certificate's DER.
    ///
    /// @throws CtlException if the text has no certificate
    public static String fingerprint(String pem) {
        try {
            return sha256(CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .getEncoded());
        } catch (CertificateException e) {
            throw new CtlException(
                    "the cluster's roots in ConfigMap vl3mesh-trust can't be read: " + e.getMessage()
                            + "; delete it and restart vl3-control, which writes it anew",
                    e);
        }
    }
}
