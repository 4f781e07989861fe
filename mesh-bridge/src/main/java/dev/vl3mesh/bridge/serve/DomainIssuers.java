package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.IdentityException;
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
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// The issuers of the domains that are at home here: of certificates below a domain's own root, and of its tokens. Each
/// is kept in a Secret beside vl3-control, and never leaves.
public final class DomainIssuers {
    private static final String TOKEN_KEY = "token.key";
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
    /// @param chain from the certificate of what signs to the root; the same where the root signs itself
    record DomainIssuer(CertificateIssuer certificates, List<X509Certificate> chain, TokenIssuer tokens) {
        X509Certificate root() {
            return chain.getLast();
        }
    }

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
    ///
    /// @throws IdentityException if the user has brought an authority that can't be used, with the reason
    public String root(DomainName domain) {
        return Pem.certificates(List.of(of(domain).root()));
    }

    private DomainIssuer load(DomainName domain) {
        String name = "vl3-mesh-" + domain;
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        if (secret == null) {
            secret = create(name, domain);
        }
        if (secret.getData().containsKey(BroughtCa.KEY)) {
            return brought(secret, domain);
        }
        X509Certificate root = Pem.certificates(text(secret, "ca.crt")).getFirst();
        return new DomainIssuer(
                new CertificateIssuer(Pem.key(text(secret, "ca.key")), root, random),
                List.of(root),
                tokens(secret, domain));
    }

    private static TokenIssuer tokens(Secret secret, DomainName domain) {
        return new TokenIssuer(Pem.key(text(secret, TOKEN_KEY)), "https://" + trustDomain(domain));
    }

    /// What the user has brought, and beside it the key of tokens, which is made here.
    private DomainIssuer brought(Secret secret, DomainName domain) {
        BroughtCa ca;
        try {
            ca = BroughtCa.read(texts(secret), Date.from(clock.instant()));
        } catch (IdentityException e) {
            throw new IdentityException(
                    "Secret " + namespace + "/" + secret.getMetadata().getName() + ": " + e.getMessage(), e);
        }
        Secret whole = secret;
        if (!secret.getData().containsKey(TOKEN_KEY)) {
            whole = new SecretBuilder(secret)
                    .addToStringData(TOKEN_KEY, Pem.key(TokenIssuer.newKey(random)))
                    .build();
            whole = client.resource(whole).update(); // of two that do it at once one is refused, and reads again
        }
        return new DomainIssuer(
                new CertificateIssuer(ca.key(), ca.chain().getFirst(), random), ca.chain(), tokens(whole, domain));
    }

    private static Map<String, String> texts(Secret secret) {
        return secret.getData().keySet().stream().collect(Collectors.toMap(key -> key, key -> text(secret, key)));
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
                        TOKEN_KEY,
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
