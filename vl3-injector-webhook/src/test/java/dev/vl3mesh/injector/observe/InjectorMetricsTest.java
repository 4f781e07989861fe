package dev.vl3mesh.injector.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.vl3mesh.injector.admission.AdmissionHandler;
import dev.vl3mesh.injector.admission.DomainValidation;
import dev.vl3mesh.metrics.Metrics;
import dev.vl3mesh.metrics.StrictText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InjectorMetricsTest {
    private final AtomicLong conflicts = new AtomicLong();
    private final AtomicReference<Optional<Instant>> certificateEnd = new AtomicReference<>(Optional.empty());
    private final Metrics metrics = new Metrics();
    private HttpServer server;
    private String url;

    @BeforeEach
    void serve() throws Exception {
        InjectorMetrics.add(
                metrics, conflicts::get, () -> Map.of("domain", true, "attachment", false), certificateEnd::get);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/validate-domain", AdmissionHandler.of(new DomainValidation(), InjectorMetrics.admissions(metrics)));
        server.createContext("/metrics", exchange -> {
            byte[] body = metrics.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", Metrics.CONTENT_TYPE);
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private StrictText scraped() throws Exception {
        return StrictText.scrape(url + "/metrics");
    }

    private int review(String body) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(url + "/validate-domain"))
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static String domain(String prefix) {
        return """
                {"request": {"uid": "1", "object": {"metadata": {"name": "red"},
                 "spec": {"prefixes": ["%s"], "carrier": "vxlan"}}}}
                """.formatted(prefix);
    }

    @Test
    void admissionsAreCountedByOutcome() throws Exception {
        assertThat(scraped().types()).doesNotContainKey("vl3_admission_duration_seconds");
        assertThat(review(domain("172.16.0.0/16"))).isEqualTo(200);
        assertThat(review(domain("172.16.0.0/16"))).isEqualTo(200);
        assertThat(review(domain("not a prefix"))).isEqualTo(200);
        assertThat(review("{}")).isEqualTo(400);
        StrictText text = scraped();
        assertThat(text.series("vl3_admission_duration_seconds_count"))
                .containsOnly(
                        Map.entry(count("unchanged"), 2.0),
                        Map.entry(count("refused"), 1.0),
                        Map.entry(count("failed"), 1.0));
        assertThat(text.series("vl3_admission_duration_seconds_bucket"))
                .as("the bound that is promised is a bucket")
                .containsKey("vl3_admission_duration_seconds_bucket{endpoint=\"validate-domain\",le=\"0.01\","
                        + "outcome=\"unchanged\"}");
    }

    private static String count(String outcome) {
        return "vl3_admission_duration_seconds_count{endpoint=\"validate-domain\",outcome=\"" + outcome + "\"}";
    }

    @Test
    void theRestIsReadAtTheScrape() throws Exception {
        conflicts.set(2);
        StrictText text = scraped();
        assertThat(text.value("vl3_allocation_conflicts_total")).isEqualTo(2);
        assertThat(text.value("vl3_watch_up{kind=\"domain\"}")).isOne();
        assertThat(text.value("vl3_watch_up{kind=\"attachment\"}")).isZero();
        assertThat(text.types()).doesNotContainKey("vl3_certificate_expiry_timestamp_seconds");
        certificateEnd.set(Optional.of(Instant.ofEpochSecond(1_800_000_000)));
        assertThat(scraped().value("vl3_certificate_expiry_timestamp_seconds{certificate=\"webhook\"}"))
                .isEqualTo(1_800_000_000);
    }
}
