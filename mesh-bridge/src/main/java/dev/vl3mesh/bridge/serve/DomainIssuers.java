package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.TokenIssuer;
import dev.vl3mesh.model.DomainName;
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
import java.util.concurrent.ConcurrentHashMap;

/// The issuers of the domains that are at home here: of certificates below a domain's own root, and of its tokens. Each
/// is kept in a Secret beside vl3-control, and never leaves.
public final class DomainIssuers {
    private static final Duration ROOT_LIFETIME = Duration.ofDays(3650);

    private final KubernetesClient client;
    private final String namespace;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Map<DomainName, DomainIssuer> issuers = new ConcurrentHashMap<>();

    /// Starts with none.
    ///
    /// @param namespace vl3mesh's own
    public DomainIssuers(KubernetesClient client, String namespace, InstantSource clock, SecureRandom random) {
        this.client = client;
        this.namespace = namespace;
        this.clock = clock;
        this.random = random;
    }

    /// Who signs for a domain.
    ///
    /// @param certificates its root
    record DomainIssuer(CertificateIssuer certificates, TokenIssuer tokens) {}

    /// The trust domain of a domain's mesh.
    static String trustDomain(DomainName domain) {
        return domain + ".vl3.internal";
    }

    /// The issuer of a domain, made when it is asked for first. Of several replicas that make it at once, the API
    /// server
    /// lets one win.
    DomainIssuer of(DomainName domain) {
        return issuers.computeIfAbsent(domain, this::load);
    }

    /// The root of a domain's mesh, PEM.
    public String root(DomainName domain) {
        return Pem.certificates(List.of(of(domain).certificates().root()));
    }

    private DomainIssuer load(DomainName domain) {
        String name = "vl3-mesh-" + domain;
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        if (secret == null) {
            secret = create(name, domain);
        }
        CertificateIssuer certificates = new CertificateIssuer(
                Pem.key(text(secret, "ca.key")),
                Pem.certificates(text(secret, "ca.crt")).getFirst(),
                random);
        return new DomainIssuer(
                certificates, new TokenIssuer(Pem.key(text(secret, "token.key")), "https://" + trustDomain(domain)));
    }

    private Secret create(String name, DomainName domain) {
        CertificateIssuer made =
                CertificateIssuer.newMeshRoot(trustDomain(domain), clock.instant(), ROOT_LIFETIME, random);
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withStringData(Map.of(
                        "ca.key",
                        Pem.key(made.key()),
                        "ca.crt",
                        Pem.certificates(List.of(made.root())),
                        "token.key",
                        Pem.key(TokenIssuer.newKey(random))))
                .build();
        try {
            return client.resource(secret).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return client.secrets().inNamespace(namespace).withName(name).require();
            }
            throw e;
        }
    }

    private static String text(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.US_ASCII);
    }
}
