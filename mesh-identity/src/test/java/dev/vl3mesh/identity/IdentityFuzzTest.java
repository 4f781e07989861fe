package dev.vl3mesh.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What comes from disk, from Secrets and from callers that nobody knows yet.
class IdentityFuzzTest {
    private static final SpiffeId NODE = SpiffeId.node("east.test", "east-1");
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final CertificateIssuer ISSUER =
            CertificateIssuer.newRoot("east.test", NOW, HOUR, new SecureRandom());

    private static <T> Optional<T> read(Supplier<T> reading) {
        try {
            return Optional.of(reading.get());
        } catch (IdentityException e) {
            assertThat(e.getMessage()).isNotBlank();
            return Optional.empty();
        }
    }

    @FuzzTest(maxDuration = "2m")
    void textIsASpiffeIdOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        read(() -> SpiffeId.parse(text)).ifPresent(id -> {
            assertThat(id).hasToString(text);
            assertThat(SpiffeId.parse(id.toString())).isEqualTo(id);
            assertThat(id.path()).endsWith(id.lastSegment());
            assertThat(id.isKind("node")).isEqualTo(id.path().matches("/node/[^/]+"));
        });
    }

    @FuzzTest(maxDuration = "2m")
    void textHasCertificatesOrIsRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        read(() -> Pem.certificates(text)).ifPresent(certificates -> {
            assertThat(Pem.certificates(Pem.certificates(certificates))).isEqualTo(certificates);
            certificates.forEach(certificate -> read(() -> SpiffeId.of(certificate)));
        });
    }

    @FuzzTest(maxDuration = "2m")
    void bytesAreACertificateOrRefused(byte[] bytes) {
        read(() -> Pem.certificate(bytes)).ifPresent(certificate -> {
            assertThat(Pem.certificate(Pem.der(certificate))).isEqualTo(certificate);
            read(() -> SpiffeId.of(certificate));
        });
    }

    @FuzzTest(maxDuration = "2m")
    void textIsAKeyOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        read(() -> Pem.key(text)).ifPresent(IdentityFuzzTest::comesBack);
    }

    private static void comesBack(PrivateKey key) {
        assertThat(Pem.key(Pem.key(key))).isEqualTo(key);
    }

    @FuzzTest(maxDuration = "2m")
    void bytesAreAKeyOrRefused(byte[] bytes) {
        String text = "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(bytes)
                + "\n-----END PRIVATE KEY-----\n";
        read(() -> Pem.key(text)).ifPresent(IdentityFuzzTest::comesBack);
    }

    /// Whatever a request asks for: what is signed is a leaf for the one name that the issuer was told.
    @FuzzTest(maxDuration = "2m")
    void bytesAreARequestOrRefused(byte[] bytes) {
        read(() -> ISSUER.sign(bytes, NODE, List.of(), NOW, HOUR)).ifPresent(IdentityFuzzTest::isOurLeaf);
    }

    private static void isOurLeaf(X509Certificate certificate) {
        assertThat(SpiffeId.of(certificate)).isEqualTo(NODE);
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("O=vl3mesh");
    }
}
