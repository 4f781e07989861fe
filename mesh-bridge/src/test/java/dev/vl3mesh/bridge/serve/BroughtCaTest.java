package dev.vl3mesh.bridge.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.CertificateRequest;
import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

/// A company's root, whose key nobody here has, and an authority below it for a mesh.
class BroughtCaTest {
    private static final Instant NOW = Instant.parse("2026-11-28T00:00:00Z");

    private static final KeyPair ROOT_KEYS = keys();
    private static final KeyPair KEYS = keys();

    private final X509Certificate root = signed("company", ROOT_KEYS, "company", ROOT_KEYS.getPrivate(), 2, NOW);

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("RSA").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static X509Certificate signed(
            String name, KeyPair subject, String issuer, PrivateKey key, int below, Instant from) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=" + issuer),
                    BigInteger.valueOf(below + 7),
                    Date.from(from.minusSeconds(60)),
                    Date.from(from.plus(Duration.ofDays(90))),
                    new X500Name("CN=" + name),
                    subject.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(key)));
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private X509Certificate authority(int below, Instant from) {
        return signed("mesh", KEYS, "company", ROOT_KEYS.getPrivate(), below, from);
    }

    private Map<String, String> files(X509Certificate own) {
        return new HashMap<>(Map.of(
                "ca-key.pem", Pem.key(KEYS.getPrivate()),
                "ca-cert.pem", Pem.certificates(List.of(own)),
                "cert-chain.pem", Pem.certificates(List.of(own, root)),
                "root-cert.pem", Pem.certificates(List.of(root))));
    }

    private static BroughtCa read(Map<String, String> files) {
        return BroughtCa.read(files, Date.from(NOW));
    }

    @Test
    void anAuthorityBelowARootSignsForAMesh() throws Exception {
        X509Certificate own = authority(1, NOW);
        BroughtCa ca = read(files(own));
        assertThat(ca.chain()).containsExactly(own, root);
        assertThat(ca.root()).isEqualTo(root);
        SecureRandom random = new SecureRandom();
        X509Certificate istiods = new CertificateIssuer(ca.key(), own, random)
                .intermediate(CertificateRequest.make(random).der(), "red mesh", NOW, Duration.ofDays(1));
        istiods.verify(own.getPublicKey());
        assertThat(istiods.getIssuerX500Principal()).isEqualTo(own.getSubjectX500Principal());
    }

    @Test
    void aRootMaySignItself() {
        Map<String, String> files = Map.of(
                "ca-key.pem", Pem.key(ROOT_KEYS.getPrivate()),
                "ca-cert.pem", Pem.certificates(List.of(root)),
                "root-cert.pem", Pem.certificates(List.of(root)));
        assertThat(read(files).chain()).containsExactly(root);
    }

    @Test
    void whatCantWorkIsRefusedByItsFile() {
        assertRefused(files(authority(0, NOW)), "ca-cert.pem may not sign for another authority");
        assertRefused(files(authority(1, NOW.minus(Duration.ofDays(300)))), "does not lead to root-cert.pem");
        Map<String, String> otherKey = files(authority(1, NOW));
        otherKey.put("ca-key.pem", Pem.key(ROOT_KEYS.getPrivate()));
        assertRefused(otherKey, "ca-key.pem is not the key of ca-cert.pem");
        Map<String, String> otherRoot = files(authority(1, NOW));
        KeyPair others = keys();
        otherRoot.put(
                "root-cert.pem",
                Pem.certificates(List.of(signed("company", others, "company", others.getPrivate(), 2, NOW))));
        assertRefused(otherRoot, "does not lead to root-cert.pem");
        Map<String, String> without = files(authority(1, NOW));
        without.remove("root-cert.pem");
        assertRefused(without, "root-cert.pem: it is missing");
        without.put("ca-key.pem", "-----BEGIN RSA PRIVATE KEY-----");
        assertRefused(without, "ca-key.pem: this text has no");
    }

    private static void assertRefused(Map<String, String> files, String because) {
        assertThatThrownBy(() -> read(files))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining(because);
    }
}
