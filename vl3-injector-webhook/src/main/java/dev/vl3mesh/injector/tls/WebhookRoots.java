package dev.vl3mesh.injector.tls;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.Pem;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The roots that the API server trusts for the webhook, oldest first. A new root is published a while before
/// anything
/// is signed with it, and the old one stays published until it ends, so that no call fails between.
///
/// @param issuers one, or two while they change
record WebhookRoots(List<CertificateIssuer> issuers) {
    static final Duration ROOT_LIFETIME = Duration.ofDays(365);
    /// How long a root is published before its first use; the API server learns of it within seconds.
    static final Duration ACTIVATION = Duration.ofSeconds(30);

    private static final String KEY_PREFIX = "root-";

    WebhookRoots {
        issuers = List.copyOf(issuers);
    }

    static WebhookRoots first(String host, Instant now, SecureRandom random) {
        return new WebhookRoots(List.of(CertificateIssuer.newRoot(host, now, ROOT_LIFETIME, random)));
    }

    /// Drops what has ended, and adds a root when the newest has less than a third of its life left.
    WebhookRoots renewed(String host, Instant now, SecureRandom random) {
        List<CertificateIssuer> next = new ArrayList<>(issuers.stream()
                .filter(issuer -> issuer.root().getNotAfter().toInstant().isAfter(now))
                .toList());
        boolean fresh = next.stream()
                .anyMatch(issuer -> issuer.root()
                        .getNotAfter()
                        .toInstant()
                        .minus(ROOT_LIFETIME.dividedBy(3))
                        .isAfter(now));
        if (!fresh) {
            next.add(CertificateIssuer.newRoot(host, now, ROOT_LIFETIME, random));
        }
        return next.equals(issuers) ? this : new WebhookRoots(next);
    }

    /// The newest root that has been published long enough, or the oldest where none has.
    CertificateIssuer signing(Instant now) {
        for (CertificateIssuer issuer : issuers.reversed()) {
            if (active(issuer, now)) {
                return issuer;
            }
        }
        return issuers.getFirst();
    }

    /// Whether a root has been published long enough to sign with it.
    static boolean active(CertificateIssuer issuer, Instant now) {
        return age(issuer, now).compareTo(ACTIVATION) >= 0;
    }

    private static Duration age(CertificateIssuer issuer, Instant now) {
        return Duration.between(issuer.root().getNotAfter().toInstant().minus(ROOT_LIFETIME), now);
    }

    /// What the webhook configurations get: all certificates, PEM in base64. Those that were published before stay
    /// until every replica must have come to sign with a newer root, so that roots can be replaced while admission
    /// goes on, also when their Secret was deleted.
    ///
    /// @param published what the configurations have now; empty for nothing
    String bundle(String published, Instant now) {
        Set<X509Certificate> certificates = new LinkedHashSet<>();
        issuers.forEach(issuer -> certificates.add(issuer.root()));
        boolean settled =
                issuers.stream().allMatch(issuer -> age(issuer, now).compareTo(ACTIVATION.multipliedBy(2)) > 0);
        if (!settled) {
            read(published).stream()
                    .filter(certificate -> certificate.getNotAfter().toInstant().isAfter(now))
                    .forEach(certificates::add);
        }
        return base64(Pem.certificates(List.copyOf(certificates)));
    }

    private static List<X509Certificate> read(String published) {
        try {
            return Pem.certificates(new String(Base64.getDecoder().decode(published), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | IdentityException _) {
            return List.of(); // nothing yet, or somebody else's words: no replica of ours is known by them
        }
    }

    /// As the data of a Secret.
    Map<String, String> secret() {
        Map<String, String> data = new TreeMap<>();
        for (int i = 0; i < issuers.size(); i++) {
            data.put(
                    KEY_PREFIX + i + ".crt",
                    base64(Pem.certificates(List.of(issuers.get(i).root()))));
            data.put(KEY_PREFIX + i + ".key", base64(Pem.key(issuers.get(i).key())));
        }
        return data;
    }

    static WebhookRoots ofSecret(Map<String, String> data, SecureRandom random) {
        List<CertificateIssuer> issuers = new ArrayList<>();
        for (int i = 0; data.containsKey(KEY_PREFIX + i + ".crt"); i++) {
            issuers.add(new CertificateIssuer(
                    Pem.key(text(data, KEY_PREFIX + i + ".key")),
                    Pem.certificates(text(data, KEY_PREFIX + i + ".crt")).getFirst(),
                    random));
        }
        return new WebhookRoots(issuers);
    }

    private static String text(Map<String, String> data, String key) {
        return new String(Base64.getDecoder().decode(data.getOrDefault(key, "")), StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
