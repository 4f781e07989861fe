package dev.vl3mesh.injector.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.vl3mesh.injector.observe.InjectorMetrics;
import dev.vl3mesh.metrics.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whoever reaches the webhook's port, and what he sends: an answer comes, and the next review is answered as ever.
class AdmissionHandlerTest {
    private static final String REVIEW = """
            {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"7","operation":"CREATE",
            "dryRun":true,"object":{"apiVersion":"vl3mesh.dev/v1alpha1","kind":"Domain","metadata":{"name":"red"},
            "spec":{"prefixes":["172.16.0.0/16"],"carrier":"vxlan"}}}}
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/", AdmissionHandler.of(new DomainValidation(), InjectorMetrics.admissions(new Metrics())));
        server.start();
    }

    @AfterEach
    void theNextReviewIsAnswered() throws IOException, InterruptedException {
        HttpResponse<String> answer = post(REVIEW.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"uid\":\"7\"", "\"allowed\":true");
        client.close();
        server.stop(0);
    }

    private HttpResponse<String> post(byte[] body) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        return client.send(
                HttpRequest.newBuilder(uri)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void whatIsTooLongIsNotRead() throws IOException, InterruptedException {
        HttpResponse<String> answer = post(new byte[(8 << 20) + 1]);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("larger than 8 MiB");
    }

    @Test
    void whatIsNoReviewIsRefused() throws IOException, InterruptedException {
        for (String text : new String[] {
            "",
            "null",
            "[]",
            "{}",
            "{\"request\":{}}",
            "{\"request\":{\"object\":[]}}",
            "{\"request\":{\"object\":{}}}",
            "<html>"
        }) {
            HttpResponse<String> answer = post(text.getBytes(StandardCharsets.UTF_8));
            assertThat(answer.statusCode()).as(text).isEqualTo(400);
            assertThat(answer.body()).contains("no AdmissionReview");
        }
    }

    @Test
    void aSpoiledReviewIsAnsweredOrRefused() throws IOException, InterruptedException {
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = REVIEW.getBytes(StandardCharsets.UTF_8);
            for (int j = random.nextInt(8); j >= 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) (' ' + random.nextInt(95));
            }
            HttpResponse<String> answer = post(bytes);
            assertThat(answer.statusCode())
                    .isIn(200, 400, 500); // 500: what the schema of the API server lets nobody write
            refused += answer.statusCode() == 400 ? 1 : 0;
        }
        assertThat(refused).isBetween(1, 1_999);
    }
}
