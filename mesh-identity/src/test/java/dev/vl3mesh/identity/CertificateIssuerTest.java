package dev.vl3mesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

class CertificateIssuerTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SpiffeId NODE = SpiffeId.node("east.test", "east-1");
    private static final int KEY_CERT_SIGN = 5;

    private final Instant now = Instant.now();
    private final CertificateIssuer issuer = CertificateIssuer.newRoot("east.test", now, HOUR, RANDOM);

    /// A request for the control plane's own name, with the right to sign others.
    private static byte[] greedy(KeyPair keys, String algorithm) throws Exception {
        ExtensionsGenerator wanted = new ExtensionsGenerator();
        wanted.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        wanted.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
        wanted.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://east.test/control"),
            new GeneralName(GeneralName.dNSName, "vl3-control")
        }));
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=admin"), keys.getPublic())
                .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wanted.generate())
                .build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate()))
                .getEncoded();
    }

    @Test
    void nothingOfARequestButItsKeyIsSigned() throws Exception {
        KeyPair keys = CertificateRequest.newKeys(RANDOM);
        X509Certificate signed = issuer.sign(greedy(keys, "SHA256withECDSA"), NODE, List.of(), now, HOUR);
        assertThat(signed.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(signed.getSubjectX500Principal().getName()).isEqualTo("O=vl3mesh");
        assertThat(signed.getSubjectAlternativeNames()).containsExactly(List.of(6, NODE.toString()));
        assertThat(signed.getBasicConstraints()).as("a leaf").isEqualTo(-1);
        assertThat(signed.getKeyUsage()[KEY_CERT_SIGN]).isFalse();
    }

    @Test
    void onlyKeysOfTheOneKindAreSigned() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        byte[] request = greedy(rsa.generateKeyPair(), "SHA256withRSA");
        assertThatThrownBy(() -> issuer.sign(request, NODE, List.of(), now, HOUR))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("not EC P-256");
    }

    /// Whoever has a leaf can't become an issuer with it.
    @Test
    void whatALeafSignsIsNotTrusted() throws Exception {
        Svid leaf = issuer.issue(NODE, List.of(), now, HOUR);
        CertificateIssuer usurper =
                new CertificateIssuer(leaf.key(), leaf.chain().getFirst(), RANDOM);
        Svid forged = usurper.issue(SpiffeId.control("east.test"), List.of(), now, HOUR);
        X509Certificate[] chain = {forged.chain().getFirst(), leaf.chain().getFirst()};
        var trust = SvidTls.trustManager(() -> List.of(issuer.root()), _ -> true);
        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "UNKNOWN")).hasStackTraceContaining("CA");
        trust.checkClientTrusted(new X509Certificate[] {leaf.chain().getFirst()}, "UNKNOWN");
    }
}
