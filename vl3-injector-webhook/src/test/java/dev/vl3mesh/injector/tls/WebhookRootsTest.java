package dev.vl3mesh.injector.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebhookRootsTest {
    private static final String HOST = "vl3-injector.vl3mesh-system.svc";
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final WebhookRoots roots = WebhookRoots.first(HOST, START, RANDOM);

    private static List<X509Certificate> certificates(String bundle) {
        return Pem.certificates(new String(Base64.getDecoder().decode(bundle), StandardCharsets.UTF_8));
    }

    private static X509Certificate root(WebhookRoots roots) {
        return roots.issuers().getLast().root();
    }

    @Test
    void aFirstRootSignsAtOnce() {
        assertThat(roots.signing(START).root()).isEqualTo(root(roots));
        assertThat(certificates(roots.bundle("", START))).containsExactly(root(roots));
    }

    @Test
    void whatIsTrustedStaysTrustedUntilEveryReplicaHasTurnedToNewRoots() {
        String published = roots.bundle("", START);
        Instant later = START.plus(Duration.ofDays(30));
        WebhookRoots anew = WebhookRoots.first(HOST, later, RANDOM); // the Secret was deleted
        assertThat(certificates(anew.bundle(published, later))).containsExactly(root(anew), root(roots));
        assertThat(WebhookRoots.active(anew.issuers().getFirst(), later)).isFalse();

        Instant active = later.plus(WebhookRoots.ACTIVATION);
        assertThat(WebhookRoots.active(anew.issuers().getFirst(), active)).isTrue();
        assertThat(certificates(anew.bundle(published, active))).contains(root(roots));

        Instant settled = active.plus(WebhookRoots.ACTIVATION).plusSeconds(1);
        assertThat(certificates(anew.bundle(published, settled))).containsExactly(root(anew));
    }

    @Test
    void theSameBundleIsPublishedAgainAndAgain() {
        WebhookRoots anew = WebhookRoots.first(HOST, START.plusSeconds(60), RANDOM);
        String once = anew.bundle(roots.bundle("", START), START.plusSeconds(60));
        assertThat(anew.bundle(once, START.plusSeconds(61))).isEqualTo(once);
    }

    @Test
    void whatIsNoBundleOfOursIsReplaced() {
        for (String strange :
                List.of("", "%%%", Base64.getEncoder().encodeToString("no PEM".getBytes(StandardCharsets.UTF_8)))) {
            assertThat(certificates(roots.bundle(strange, START))).containsExactly(root(roots));
        }
    }

    @Test
    void aRootThatHasEndedIsNotPublishedAnyMore() {
        WebhookRoots old = new WebhookRoots(
                List.of(CertificateIssuer.newRoot(HOST, START.minus(Duration.ofDays(2)), Duration.ofDays(1), RANDOM)));
        assertThat(certificates(roots.bundle(old.bundle("", START), START))).containsExactly(root(roots));
    }

    @Test
    void aRenewedRootIsPublishedBeforeItSigns() {
        Instant late = START.plus(WebhookRoots.ROOT_LIFETIME.multipliedBy(3).dividedBy(4));
        WebhookRoots renewed = roots.renewed(HOST, late, RANDOM);
        assertThat(renewed.issuers()).hasSize(2);
        assertThat(certificates(renewed.bundle("", late))).hasSize(2);
        assertThat(renewed.signing(late).root()).isEqualTo(root(roots));
        assertThat(renewed.signing(late.plus(WebhookRoots.ACTIVATION)).root()).isEqualTo(root(renewed));
        assertThat(WebhookRoots.ofSecret(renewed.secret(), RANDOM).issuers())
                .extracting(CertificateIssuer::root)
                .containsExactly(root(roots), root(renewed));
    }
}
