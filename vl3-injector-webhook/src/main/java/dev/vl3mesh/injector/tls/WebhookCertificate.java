package dev.vl3mesh.injector.tls;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.injector.InjectorConfig;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the webhook's certificate valid and the API server's trust in it: roots in a Secret that all replicas share,
/// the bundle in both webhook configurations, a short-lived certificate in memory. With a certificate from elsewhere
/// it reads that one's files and leaves the configurations alone.
public final class WebhookCertificate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookCertificate.class);
    private static final Duration LIFETIME = Duration.ofDays(7);
    private static final long PERIOD_SECONDS = 10;
    private static final String SECRET = "vl3-injector-roots";

    private final InjectorConfig config;
    private final KubernetesClient client;
    private final InstantSource clock;
    private final SecureRandom random;
    private final CurrentCertificate current = new CurrentCertificate();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("certificate").factory());
    private @Nullable X509Certificate issued;
    private @Nullable CertificateIssuer issuer;

    /// Makes it; [#start] brings the first certificate.
    public WebhookCertificate(
            InjectorConfig config, KubernetesClient client, InstantSource clock, SecureRandom random) {
        this.config = config;
        this.client = client;
        this.clock = clock;
        this.random = random;
    }

    /// Looks after the certificate from now on.
    public void start() {
        var _ = timer.scheduleWithFixedDelay(this::passSafely, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /// Whether the API server can call.
    public boolean ready() {
        return current.present();
    }

    /// When the certificate that the API server sees ends; nothing where there is none yet.
    public Optional<Instant> end() {
        return current.end();
    }

    /// A context whose handshakes use the certificate of that moment.
    public SSLContext context() {
        return current.context();
    }

    private void passSafely() {
        try {
            pass();
        } catch (RuntimeException | IOException e) {
            LOG.warn("the webhook's certificate could not be looked after, trying again in {} s", PERIOD_SECONDS, e);
        }
    }

    private void pass() throws IOException {
        if (config.certificateFolder().isPresent()) {
            readFiles(config.certificateFolder().get());
            return;
        }
        Instant now = clock.instant();
        WebhookRoots roots = sharedRoots(now);
        publish(published -> roots.bundle(published, now));
        CertificateIssuer signing = roots.signing(now);
        if (needed(signing, now)) {
            Svid svid = signing.issue(
                    new SpiffeId(config.cluster() + ".vl3mesh.internal", "/injector"),
                    List.of(config.host()),
                    now,
                    LIFETIME);
            issuer = signing;
            issued = svid.chain().getFirst();
            current.replace(svid.key(), svid.chain());
            LOG.info(
                    "serving with a certificate that ends at {}",
                    issued.getNotAfter().toInstant());
        }
    }

    /// A certificate of a root that is replaced is good until the API server must have heard of the new one.
    private boolean needed(CertificateIssuer signing, Instant now) {
        if (issued == null || issuer == null) {
            return true;
        }
        Instant end = issued.getNotAfter().toInstant();
        return issuer.root().equals(signing.root())
                ? now.isAfter(end.minus(LIFETIME.dividedBy(3)))
                : WebhookRoots.active(signing, now) || now.isAfter(end);
    }

    private void readFiles(Path folder) throws IOException {
        List<X509Certificate> chain = Pem.certificates(Files.readString(folder.resolve("tls.crt")));
        if (!chain.getFirst().equals(issued)) {
            current.replace(Pem.key(Files.readString(folder.resolve("tls.key"))), chain);
            issued = chain.getFirst();
            LOG.info(
                    "serving with the certificate of {}, which ends at {}",
                    folder,
                    chain.getFirst().getNotAfter().toInstant());
        }
    }

    /// Made by the replica that comes first, renewed by the one that notices first; who is late takes what is there.
    private WebhookRoots sharedRoots(Instant now) {
        var secrets = client.secrets().inNamespace(config.namespace());
        Secret secret = secrets.withName(SECRET).get();
        try {
            if (secret == null) {
                WebhookRoots first = WebhookRoots.first(config.host(), now, random);
                secrets.resource(new SecretBuilder()
                                .withNewMetadata()
                                .withName(SECRET)
                                .withNamespace(config.namespace())
                                .endMetadata()
                                .withType("vl3mesh.dev/webhook-roots")
                                .withData(first.secret())
                                .build())
                        .create();
                return first;
            }
            WebhookRoots present = WebhookRoots.ofSecret(secret.getData(), random);
            WebhookRoots renewed = present.renewed(config.host(), now, random);
            if (!renewed.equals(present)) {
                secrets.resource(new SecretBuilder(secret)
                                .withData(renewed.secret())
                                .build())
                        .update();
            }
            return renewed;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return WebhookRoots.ofSecret(secrets.withName(SECRET).require().getData(), random);
        }
    }

    /// @param bundle of what a configuration has now; empty for nothing
    private void publish(UnaryOperator<String> bundle) {
        var registration = client.admissionRegistration().v1();
        MutatingWebhookConfiguration mutating = registration
                .mutatingWebhookConfigurations()
                .withName(InjectorConfig.NAME)
                .require();
        if (trust(
                mutating.getWebhooks().stream()
                        .map(MutatingWebhook::getClientConfig)
                        .toList(),
                bundle)) {
            client.resource(mutating).update();
        }
        ValidatingWebhookConfiguration validating = registration
                .validatingWebhookConfigurations()
                .withName(InjectorConfig.NAME)
                .require();
        if (trust(
                validating.getWebhooks().stream()
                        .map(ValidatingWebhook::getClientConfig)
                        .toList(),
                bundle)) {
            client.resource(validating).update();
        }
    }

    /// @return whether that changed anything
    private static boolean trust(List<WebhookClientConfig> hooks, UnaryOperator<String> bundle) {
        String wanted = bundle.apply(hooks.stream()
                .map(WebhookClientConfig::getCaBundle)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(""));
        boolean current = hooks.stream().allMatch(hook -> wanted.equals(hook.getCaBundle()));
        hooks.forEach(hook -> hook.setCaBundle(wanted));
        return !current;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
