package dev.vl3mesh.testbed.lab;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x9.X962Parameters;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/// A certificate authority, of a lab cluster or of a server in a test: EC P-256 throughout, valid for a year.
public final class Pki {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final X962Parameters P256 = new X962Parameters(SECObjectIdentifiers.secp256r1);
    private static final Duration LIFETIME = Duration.ofDays(365);

    private final X500Name name = new X500Name("CN=lab");
    private final KeyPair keys = newKeys();
    private final X509Certificate root;

    /// A key and its certificate, PEM.
    public record Identity(String key, String certificate) {}

    /// Makes a new root.
    public Pki() {
        try {
            JcaX509v3CertificateBuilder builder = builder(name, keys);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            root = sign(builder);
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new LabException("making the lab's root certificate: " + e.getMessage(), e);
        }
    }

    static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new LabException("making a key: " + e.getMessage(), e);
        }
    }

    /// The root certificate, PEM.
    public String rootPem() {
        return pem(root);
    }

    /// Issues a certificate that serves and calls.
    ///
    /// @param subject such as `O=system:masters,CN=admin`
    /// @param dnsNames and
    /// @param addresses of the server, empty for a client
    public Identity issue(String subject, List<String> dnsNames, List<String> addresses) {
        KeyPair leaf = newKeys();
        try {
            JcaX509v3CertificateBuilder builder = builder(new X500Name(subject), leaf);
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
            }));
            List<GeneralName> names = new ArrayList<>();
            dnsNames.forEach(dns -> names.add(new GeneralName(GeneralName.dNSName, dns)));
            addresses.forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            return new Identity(pem(leaf.getPrivate()), pem(sign(builder)));
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new LabException("issuing a certificate for " + subject + ": " + e.getMessage(), e);
        }
    }

    private JcaX509v3CertificateBuilder builder(X500Name subject, KeyPair subjectKeys) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                name,
                new BigInteger(120, RANDOM),
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(LIFETIME)),
                subject,
                subjectKeys.getPublic());
    }

    private X509Certificate sign(JcaX509v3CertificateBuilder builder)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            // the bare form with its curve's name, which both Go and fabric8 can read
            writer.writeObject(
                    object instanceof java.security.interfaces.ECPrivateKey key
                            ? new PemObject("EC PRIVATE KEY", new ECPrivateKey(256, key.getS(), P256).getEncoded())
                            : object);
        } catch (IOException e) {
            throw new LabException("writing PEM: " + e.getMessage(), e);
        }
        return text.toString();
    }
}
