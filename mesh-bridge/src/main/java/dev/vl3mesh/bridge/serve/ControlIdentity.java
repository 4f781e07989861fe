package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// The cluster's built-in issuer, kept in a Secret that the first replica makes, and this replica's own identity,
/// renewed before it ends.
public final class ControlIdentity {
    private static final String CA_SECRET = "vl3mesh-ca";
    private static final String TRUST_CONFIG_MAP = "vl3mesh-trust";
    private static final Duration ROOT_LIFETIME = Duration.ofDays(3650);
    /// How long what it signs is good for.
    static final Duration LIFETIME = Duration.ofHours(24);

    private final CertificateIssuer issuer;
    private final String trustDomain;
    private final InstantSource clock;
    private Svid current;

    private ControlIdentity(CertificateIssuer issuer, String trustDomain, InstantSource clock) {
        this.issuer = issuer;
        this.trustDomain = trustDomain;
        this.clock = clock;
        this.current = newSvid();
    }

    /// Reads the issuer's Secret, or makes it. Of several replicas that make it at once, the API server lets one win.
    public static ControlIdentity load(
            KubernetesClient client, BridgeConfig config, InstantSource clock, SecureRandom random) {
        Secret secret = client.secrets()
                .inNamespace(config.namespace())
                .withName(CA_SECRET)
                .get();
        if (secret == null) {
            secret = create(
                    client,
                    config,
                    CertificateIssuer.newRoot(config.trustDomain(), clock.instant(), ROOT_LIFETIME, random));
        }
        CertificateIssuer issuer = new CertificateIssuer(
                Pem.key(text(secret, "tls.key")),
                Pem.certificates(text(secret, "tls.crt")).getFirst(),
                random);
        publishRoot(client, config, issuer);
        return new ControlIdentity(issuer, config.trustDomain(), clock);
    }

    private static Secret create(KubernetesClient client, BridgeConfig config, CertificateIssuer made) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName(CA_SECRET)
                .withNamespace(config.namespace())
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withStringData(
                        Map.of("tls.key", Pem.key(made.key()), "tls.crt", Pem.certificates(List.of(made.root()))))
                .build();
        try {
            return client.resource(secret).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return client.secrets()
                        .inNamespace(config.namespace())
                        .withName(CA_SECRET)
                        .require();
            }
            throw e;
        }
    }

    private static void publishRoot(KubernetesClient client, BridgeConfig config, CertificateIssuer issuer) {
        Map<String, String> data =
                Map.of("roots.pem", Pem.certificates(List.of(issuer.root())), "trustDomain", config.trustDomain());
        ConfigMap wanted = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(TRUST_CONFIG_MAP)
                .withNamespace(config.namespace())
                .endMetadata()
                .withData(data)
                .build();
        ConfigMap found = client.configMaps()
                .inNamespace(config.namespace())
                .withName(TRUST_CONFIG_MAP)
                .get();
        if (found == null) {
            try {
                client.resource(wanted).create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) { // another replica was first, with the same root
                    throw e;
                }
            }
        } else if (!data.equals(found.getData())) {
            client.resource(wanted).update();
        }
    }

    private static String text(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.US_ASCII);
    }

    private Svid newSvid() {
        Svid leaf = issuer.issue(SpiffeId.control(trustDomain), List.of("vl3-control"), clock.instant(), LIFETIME);
        // with the root, by whose fingerprint a joining cluster knows it
        return new Svid(leaf.key(), List.of(leaf.chain().getFirst(), issuer.root()), List.of(issuer.root()));
    }

    /// The identity to show now.
    public synchronized Svid current() {
        if (clock.instant().isAfter(current.renewAt())) {
            current = newSvid();
        }
        return current;
    }

    /// Who signs for this cluster.
    CertificateIssuer issuer() {
        return issuer;
    }
}
