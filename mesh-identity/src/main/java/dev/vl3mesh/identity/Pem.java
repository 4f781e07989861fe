package dev.vl3mesh.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/// Certificates and keys as text (RFC 7468) and as DER.
public final class Pem {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";

    private Pem() {}

    /// Writes certificates one after the other.
    public static String certificates(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            text.append("-----BEGIN CERTIFICATE-----\n")
                    .append(LINES.encodeToString(der(certificate)))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return text.toString();
    }

    /// Reads all certificates of a text.
    ///
    /// @throws IdentityException if there is none, or one can't be read
    public static List<X509Certificate> certificates(String text) {
        try {
            List<X509Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (certificates.isEmpty()) {
                throw new IdentityException("there is no certificate in this PEM text");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new IdentityException("this PEM text has no readable certificates", e);
        }
    }

    /// Reads a certificate.
    ///
    /// @throws IdentityException if the bytes are none
    public static X509Certificate certificate(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IdentityException("these bytes are no certificate", e);
        }
    }

    /// Writes a certificate.
    public static byte[] der(Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IdentityException("a certificate can't be written", e);
        }
    }

    /// Writes a key (PKCS #8).
    public static String key(PrivateKey key) {
        return KEY_BEGIN + "\n" + LINES.encodeToString(key.getEncoded()) + "\n" + KEY_END + "\n";
    }

    /// Reads an EC or RSA key (PKCS #8).
    ///
    /// @throws IdentityException if the text is none
    public static PrivateKey key(String text) {
        int start = text.indexOf(KEY_BEGIN);
        int end = start < 0 ? -1 : text.indexOf(KEY_END, start + KEY_BEGIN.length());
        if (end < 0) {
            throw new IdentityException("this text has no '" + KEY_BEGIN + "' with its end: give the key as PKCS #8");
        }
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(base64(text.substring(start + KEY_BEGIN.length(), end)));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (GeneralSecurityException notEc) {
            try {
                return KeyFactory.getInstance("RSA").generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                throw new IdentityException("the key is neither EC nor RSA", e);
            }
        }
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IdentityException("the key is no base64 text", e);
        }
    }

    /// The SHA-256 of a certificate's DER, hexadecimal.
    public static String fingerprint(X509Certificate certificate) {
        return sha256(der(certificate));
    }

    /// The SHA-256 of bytes, hexadecimal.
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
