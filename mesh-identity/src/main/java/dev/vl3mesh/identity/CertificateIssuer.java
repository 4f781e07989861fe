package dev.vl3mesh.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The built-in issuer of one trust domain: signs X509-SVIDs with one root key, EC P-256.
public final class CertificateIssuer {
    /// How far clocks of different machines may differ.
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private final PrivateKey key;
    private final X509Certificate root;
    private final SecureRandom random;

    /// Takes a root made by [#newRoot], or another authority's certificate, whose key may be EC or RSA.
    public CertificateIssuer(PrivateKey key, X509Certificate root, SecureRandom random) {
        this.key = key;
        this.root = root;
        this.random = random;
    }

    /// Makes the root of a new trust domain, under which there are no other issuers.
    ///
    /// @param now the start of its life
    public static CertificateIssuer newRoot(String trustDomain, Instant now, Duration lifetime, SecureRandom random) {
        return newRoot(trustDomain, 0, now, lifetime, random);
    }

    /// Makes the root of a new trust domain whose certificates are signed by intermediates, see [#intermediate].
    ///
    /// @param now the start of its life
    public static CertificateIssuer newMeshRoot(
            String trustDomain, Instant now, Duration lifetime, SecureRandom random) {
        return newRoot(trustDomain, 1, now, lifetime, random);
    }

    private static CertificateIssuer newRoot(
            String trustDomain, int below, Instant now, Duration lifetime, SecureRandom random) {
        KeyPair keys = CertificateRequest.newKeys(random);
        X500Name name = new X500Name("O=vl3mesh,CN=" + trustDomain + " " + new BigInteger(64, random).toString(36));
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    serial(random),
                    Date.from(now.minus(CLOCK_SKEW)),
                    Date.from(now.plus(lifetime)),
                    name,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(
                            GeneralName.uniformResourceIdentifier, new SpiffeId(trustDomain, "").toString())));
            return new CertificateIssuer(keys.getPrivate(), sign(builder, keys.getPrivate()), random);
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IdentityException("making the root of " + trustDomain, e);
        }
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(120, random).setBit(119); // RFC 5280, 4.1.2.2: positive, at most 20 octets
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(signatureAlgorithm(key)).build(key)));
    }

    /// By which a key signs, in Java's words.
    ///
    /// @param key EC or RSA
    public static String signatureAlgorithm(PrivateKey key) {
        return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    }

    /// The root's key; a secret.
    public PrivateKey key() {
        return key;
    }

    /// The root certificate.
    public X509Certificate root() {
        return root;
    }

    /// Signs a request.
    ///
    /// @param request PKCS #10, DER; its subject is ignored
    /// @param dnsNames further names of a server; usually none
    /// @throws IdentityException if the request is not well made
    public X509Certificate sign(byte[] request, SpiffeId id, List<String> dnsNames, Instant now, Duration lifetime) {
        return sign(SignedRequest.verified(request), id, dnsNames, now, lifetime);
    }

    /// Signs a request for an intermediate, which may sign others' certificates but no further intermediate.
    ///
    /// @param request PKCS #10, DER; its subject is ignored
    /// @param name what it shall be called, such as the mesh that it is for
    /// @throws IdentityException if the request is not well made
    public X509Certificate intermediate(byte[] request, String name, Instant now, Duration lifetime) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    root,
                    serial(random),
                    Date.from(now.minus(CLOCK_SKEW)),
                    Date.from(now.plus(lifetime)),
                    new X500Name("O=vl3mesh,CN=" + name),
                    SignedRequest.verified(request));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return sign(builder, key);
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IdentityException("signing an intermediate for " + name, e);
        }
    }

    /// Makes a key and its certificate at once.
    public Svid issue(SpiffeId id, List<String> dnsNames, Instant now, Duration lifetime) {
        KeyPair keys = CertificateRequest.newKeys(random);
        return new Svid(keys.getPrivate(), List.of(sign(keys.getPublic(), id, dnsNames, now, lifetime)), List.of(root));
    }

    private X509Certificate sign(
            PublicKey subject, SpiffeId id, List<String> dnsNames, Instant now, Duration lifetime) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    root,
                    serial(random),
                    Date.from(now.minus(CLOCK_SKEW)),
                    Date.from(now.plus(lifetime)),
                    new X500Name("O=vl3mesh"),
                    subject);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            List<GeneralName> names = new ArrayList<>();
            names.add(new GeneralName(GeneralName.uniformResourceIdentifier, id.toString()));
            dnsNames.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            return sign(builder, key);
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IdentityException("signing a certificate for " + id, e);
        }
    }
}
