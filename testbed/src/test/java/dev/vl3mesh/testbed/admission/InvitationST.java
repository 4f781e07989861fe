package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.invitation.InvitationToken;
import dev.vl3mesh.api.v1alpha1.Invitation;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// What crosses from one cluster to another when it joins: no kubeconfig, and nothing secret that lives longer than the
/// invitation.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvitationST {
    private final Membership membership;
    private final KubernetesClient east;
    private final KubernetesClient west;

    InvitationST(Lab lab) {
        this.membership = new Membership(lab.kubeconfig(), new Progress(System.out, false));
        this.east = lab.cluster("east").client();
        this.west = lab.cluster("west").client();
    }

    @AfterAll
    void close() {
        east.close();
        west.close();
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    /// All values of all Secrets of a cluster, by the Secret's name and the key.
    private static Map<String, String> secrets(KubernetesClient client) {
        Map<String, String> values = new TreeMap<>();
        for (Secret secret : client.secrets().inAnyNamespace().list().getItems()) {
            secret.getData()
                    .forEach((key, value) -> values.put(
                            secret.getMetadata().getNamespace() + "/"
                                    + secret.getMetadata().getName() + " " + key,
                            decoded(value)));
        }
        return values;
    }

    private static X509Certificate certificate(String pem) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String sha256(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void anInvitationHoldsWhereTheHomeIsHowToKnowItAndAOneTimeSecret() throws GeneralSecurityException {
        Membership.Answer answer = membership.ctl("east", "invite", "--for", "north", "--ttl", "1m");
        assertThat(answer.exitCode()).as(answer.err()).isZero();
        String text = answer.out().strip();
        assertThat(text).matches("vl3i1\\.[A-Za-z0-9_-]+").hasSizeLessThan(400);
        List<String> parts = new String(
                        Base64.getUrlDecoder().decode(text.substring("vl3i1.".length())), StandardCharsets.UTF_8)
                .lines()
                .toList();
        InvitationToken token = InvitationToken.parse(text);
        assertThat(parts)
                .containsExactly(
                        "east",
                        "east.vl3mesh.internal",
                        token.address(),
                        token.fingerprint(),
                        token.name(),
                        token.secret(),
                        parts.getLast());
        assertThat(parts.getLast()).as("checksum").matches("[0-9a-f]{8}");
        String root = Objects.requireNonNull(east.configMaps()
                .inNamespace(Installation.NAMESPACE)
                .withName("vl3mesh-trust")
                .require()
                .getData()
                .get("roots.pem"));
        assertThat(token.fingerprint()).isEqualTo(sha256(certificate(root).getEncoded()));

        Invitation kept =
                east.resources(Invitation.class).withName(token.name()).require();
        assertThat(kept.getSpec().secretHash()).isEqualTo(sha256(token.secretBytes()));
        assertThat(secrets(east).values())
                .as("the secret is kept nowhere")
                .noneMatch(value -> value.contains(token.secret()));
        east.resource(kept).delete();
    }

    @Test
    void aMembersKeyIsItsOwnAndItsCertificateIsShort() throws GeneralSecurityException {
        Map<String, String> member = secrets(west);
        Map<String, String> home = secrets(east);
        String link = Installation.NAMESPACE + "/vl3mesh-link-east ";
        String key = Objects.requireNonNull(member.get(link + "tls.key"));
        assertThat(home.values())
                .as("the member's key was never at home")
                .noneMatch(value -> value.contains(body(key)));
        X509Certificate certificate = certificate(member.getOrDefault(link + "tls.crt", ""));
        assertThat(certificate.getSubjectAlternativeNames())
                .anyMatch(name -> name.contains("spiffe://east.vl3mesh.internal/cluster/west"));
        assertThat(Duration.between(
                        certificate.getNotBefore().toInstant(),
                        certificate.getNotAfter().toInstant()))
                .isLessThanOrEqualTo(Duration.ofHours(24).plusMinutes(5));

        String homesKey = Objects.requireNonNull(home.get(Installation.NAMESPACE + "/vl3mesh-ca tls.key"));
        assertThat(member.values())
                .as("the home's key stays at home")
                .noneMatch(value -> value.contains(body(homesKey)));
        assertThat(member.keySet()).noneMatch(name -> name.contains("vl3mesh-invitation-"));
        for (Map<String, String> cluster : List.of(home, member)) {
            assertThat(cluster.values())
                    .noneMatch(value -> value.contains("kind: Config") || value.contains("certificate-authority-data"));
        }
    }

    /// A line in the middle of a key, by which it is known however it is wrapped.
    private static String body(String pem) {
        return pem.lines().skip(1).findFirst().orElseThrow();
    }
}
