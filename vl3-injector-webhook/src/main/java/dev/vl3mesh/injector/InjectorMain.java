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
import dev.vl3mesh.injector.allocate.MeshCache;
import dev.vl3mesh.injector.allocate.Occupancies;
import dev.vl3mesh.injector.tls.WebhookCertificate;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
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

    private InjectorMain() {}

    /// Runs until the process is told to end.
    public static void main(String[] args) throws IOException, InterruptedException {
        // without it, Nagle's algorithm and delayed acknowledgements add 40 ms to each answer (JDK-7068416)
        System.setProperty("sun.net.httpserver.nodelay", "true");
        InjectorConfig config = InjectorConfig.of(System.getenv());
        SecureRandom random = new SecureRandom();
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Occupancies occupancies = new Occupancies(random);
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                MeshCache cache = new MeshCache(client, occupancies);
                WebhookCertificate certificate =
                        new WebhookCertificate(config, client, InstantSource.system(), random)) {
            occupancies.domains(cache::domain);
            certificate.start();
            HttpsServer server = admission(config, client, cache, occupancies, certificate, meters, random);
            HttpServer health = health(() -> cache.synced() && certificate.ready(), meters);
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
            Occupancies occupancies,
            WebhookCertificate certificate,
            PrometheusMeterRegistry meters,
            SecureRandom random)
            throws IOException {
        ClaimCheck claims = new ClaimCheck(client, cache);
        AddressAllocator allocator = new AddressAllocator(config.cluster(), client, cache, occupancies);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InjectorConfig.HTTPS_PORT), 128);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/mutate", AdmissionHandler.of(new PodAdmission(config, cache, allocator, claims, random), meters));
        server.createContext("/validate", AdmissionHandler.of(new PodValidation(cache, claims), meters));
        server.createContext("/validate-domain", AdmissionHandler.of(new DomainValidation(), meters));
        server.start();
        return server;
    }

    private static HttpServer health(BooleanSupplier ready, PrometheusMeterRegistry meters) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InjectorConfig.HTTP_PORT), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        answer(server, "/healthz", () -> true, () -> "ok\n");
        answer(server, "/readyz", ready, () -> ready.getAsBoolean() ? "ok\n" : "not yet\n");
        answer(server, "/metrics", () -> true, meters::scrape);
        server.start();
        return server;
    }

    private static void answer(HttpServer server, String path, BooleanSupplier well, Supplier<String> text) {
        server.createContext(path, exchange -> {
            byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
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
