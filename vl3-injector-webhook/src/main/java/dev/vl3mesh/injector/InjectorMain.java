package dev.vl3mesh.injector;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.vl3mesh.injector.admission.AdmissionHandler;
import dev.vl3mesh.injector.admission.ClaimCheck;
import dev.vl3mesh.injector.admission.DomainValidation;
import dev.vl3mesh.injector.admission.PodAdmission;
import dev.vl3mesh.injector.admission.PodValidation;
import dev.vl3mesh.injector.allocate.AddressAllocator;
import dev.vl3mesh.injector.allocate.KubernetesAttachmentApi;
import dev.vl3mesh.injector.allocate.MeshCache;
import dev.vl3mesh.injector.allocate.Occupancies;
import dev.vl3mesh.injector.observe.InjectorMetrics;
import dev.vl3mesh.injector.tls.WebhookCertificate;
import dev.vl3mesh.metrics.Durations;
import dev.vl3mesh.metrics.Metrics;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// The admission webhook of one cluster, `vl3-injector`.
public final class InjectorMain {
    /// How long the API server may still send reviews to a replica that is ending, in seconds.
    private static final int DRAIN_SECONDS = 3;

    private static final String TEXT = "text/plain";

    private InjectorMain() {}

    /// Runs until the process is told to end.
    public static void main(String[] args) throws IOException, InterruptedException {
        // without it, Nagle's algorithm and delayed acknowledgements add 40 ms to each answer (JDK-7068416)
        System.setProperty("sun.net.httpserver.nodelay", "true");
        InjectorConfig config = InjectorConfig.of(System.getenv());
        SecureRandom random = new SecureRandom();
        Metrics metrics = new Metrics();
        Occupancies occupancies = new Occupancies(random);
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                MeshCache cache = new MeshCache(client, occupancies);
                WebhookCertificate certificate =
                        new WebhookCertificate(config, client, InstantSource.system(), random)) {
            occupancies.domains(cache::domain);
            certificate.start();
            AddressAllocator allocator = new AddressAllocator(
                    config.cluster(),
                    new KubernetesAttachmentApi(client),
                    cache,
                    occupancies,
                    AddressAllocator.realWaiting());
            InjectorMetrics.add(metrics, allocator::conflicts, cache::watches, certificate::end);
            HttpsServer server = admission(
                    config, client, cache, allocator, certificate, InjectorMetrics.admissions(metrics), random);
            HttpServer health = health(() -> cache.synced() && certificate.ready(), metrics);
            CountDownLatch end = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                health.stop(0);
                pause();
                server.stop(DRAIN_SECONDS);
                end.countDown();
            }));
            end.await();
        }
    }

    private static HttpsServer admission(
            InjectorConfig config,
            KubernetesClient client,
            MeshCache cache,
            AddressAllocator allocator,
            WebhookCertificate certificate,
            Durations admissions,
            SecureRandom random)
            throws IOException {
        ClaimCheck claims = new ClaimCheck(new KubernetesAttachmentApi(client), cache);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InjectorConfig.HTTPS_PORT), 128);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/mutate", AdmissionHandler.of(new PodAdmission(config, cache, allocator, claims, random), admissions));
        server.createContext("/validate", AdmissionHandler.of(new PodValidation(cache, claims), admissions));
        server.createContext("/validate-domain", AdmissionHandler.of(new DomainValidation(), admissions));
        server.start();
        return server;
    }

    private static HttpServer health(BooleanSupplier ready, Metrics metrics) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InjectorConfig.HTTP_PORT), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        answer(server, "/healthz", () -> true, TEXT, () -> "ok\n");
        answer(server, "/readyz", ready, TEXT, () -> ready.getAsBoolean() ? "ok\n" : "not yet\n");
        answer(server, "/metrics", () -> true, Metrics.CONTENT_TYPE, metrics::scrape);
        server.start();
        return server;
    }

    private static void answer(
            HttpServer server, String path, BooleanSupplier well, String type, Supplier<String> text) {
        server.createContext(path, exchange -> {
            byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(well.getAsBoolean() ? 200 : 503, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
    }

    private static void pause() {
        try {
            Thread.sleep(DRAIN_SECONDS * 1000L);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
