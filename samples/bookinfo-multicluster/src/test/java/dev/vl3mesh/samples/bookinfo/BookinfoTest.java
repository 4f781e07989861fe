package dev.vl3mesh.samples.bookinfo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The real programs on loopback, wired as the manifests wire them: reviews live in west, all others in east.
class BookinfoTest {
    private final HttpClient client = HttpUpstream.client();
    private final List<HttpFront> running = new ArrayList<>();
    private final Map<String, String> urls = new HashMap<>(Map.of(
            "DETAILS_URL",
            "http://127.0.0.1:9",
            "REVIEWS_URL",
            "http://127.0.0.1:9",
            "RATINGS_URL",
            "http://127.0.0.1:9"));

    @AfterEach
    void stop() {
        running.forEach(front -> front.stop(0));
        client.close();
    }

    private HttpFront start(String program, String cluster, String version) throws IOException {
        Map<String, String> environment = new HashMap<>(urls);
        environment.putAll(Map.of("CLUSTER", cluster, "VERSION", version, "POD", program + "-" + version, "PORT", "0"));
        BookinfoConfig config = BookinfoConfig.of(new String[] {program}, environment);
        HttpFront front = HttpFront.start(
                BookinfoMain.program(config, client),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), config.port()),
                Executors.newVirtualThreadPerTaskExecutor());
        running.add(front);
        return front;
    }

    private void startAndLink(String program, String cluster, String version) throws IOException {
        urls.put(program.toUpperCase(java.util.Locale.ROOT) + "_URL", url(start(program, cluster, version), ""));
    }

    private static String url(HttpFront front, String path) {
        return "http://127.0.0.1:" + front.port() + path;
    }

    private HttpResponse<String> get(HttpFront front, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(url(front, path))).build(), BodyHandlers.ofString());
    }

    private String page(String reviewsVersion) throws IOException, InterruptedException {
        startAndLink("details", "east", "v1");
        startAndLink("ratings", "east", "v1");
        startAndLink("reviews", "west", reviewsVersion);
        return get(start("productpage", "east", "v1"), "/productpage").body();
    }

    @Test
    void thePageNamesTheClusterOfEachPart() throws Exception {
        assertThat(page("v3"))
                .contains("The Comedy of Errors")
                .contains("page from cluster <b>east</b>, pod productpage-v1")
                .contains("details from cluster <b>east</b>, pod details-v1")
                .contains("reviews from cluster <b>west</b>, pod reviews-v3")
                .contains("ratings from cluster <b>east</b>, pod ratings-v1")
                .contains("Reviewer1", "Reviewer2")
                .contains("<span class=\"red\" title=\"4 of 5\">★★★★☆</span>")
                .doesNotContain("class=\"problem\"");
    }

    @Test
    void theSecondVersionShowsBlackStars() throws Exception {
        assertThat(page("v2")).contains("<span class=\"black\" title=\"5 of 5\">★★★★★</span>");
    }

    @Test
    void theFirstVersionAsksForNoRatings() throws Exception {
        assertThat(page("v1")).contains("Reviewer1").doesNotContain("★").doesNotContain("ratings from");
    }

    @Test
    void thePageStaysWithoutReviews() throws Exception {
        startAndLink("details", "east", "v1");
        HttpResponse<String> answer = get(start("productpage", "east", "v1"), "/productpage");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .contains("the reviews are not available: http://127.0.0.1:9/reviews/0")
                .contains("details from cluster <b>east</b>");
    }

    @Test
    void reviewsStayWithoutRatings() throws Exception {
        startAndLink("reviews", "west", "v2");
        assertThat(get(start("productpage", "east", "v1"), "/productpage").body())
                .contains("Reviewer2")
                .contains("ratings are not available")
                .doesNotContain("★");
    }

    @Test
    void answersForHealthAndRefusesTheRest() throws Exception {
        HttpFront details = start("details", "east", "v1");
        assertThat(get(details, "/health").body()).isEqualTo("well\n");
        assertThat(get(details, "/details/0/more").statusCode()).isEqualTo(404);
        assertThat(get(details, "/reviews/0").statusCode()).isEqualTo(404);
        HttpRequest post = HttpRequest.newBuilder(URI.create(url(details, "/details/0")))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
        HttpResponse<String> root = get(start("productpage", "east", "v1"), "/");
        assertThat(root.statusCode()).isEqualTo(302);
        assertThat(root.headers().firstValue("Location")).contains("/productpage");
    }

    @Test
    void handsTheTraceOn() throws Exception {
        List<Call> seen = new ArrayList<>();
        HttpFront ratings = HttpFront.start(
                call -> {
                    seen.add(call);
                    return Answer.notFound(call.path());
                },
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Executors.newVirtualThreadPerTaskExecutor());
        running.add(ratings);
        urls.put("RATINGS_URL", url(ratings, ""));
        startAndLink("reviews", "west", "v2");
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(url(start("productpage", "east", "v1"), "/productpage")))
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .header("cookie", "secret=1")
                .build();
        client.send(request, BodyHandlers.ofString());
        assertThat(seen)
                .containsExactly(new Call(
                        "/ratings/0",
                        "",
                        Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")));
    }

    @Test
    void tellsWhoTheMeshSaysIsCalling() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(start("details", "east", "v1"), "/details/0")))
                .header(
                        "x-forwarded-client-cert",
                        "By=spiffe://red/a;Hash=1;URI=spiffe://red/far,"
                                + "By=spiffe://red/b;Hash=2;Subject=\"\";URI=spiffe://red/near")
                .build();
        assertThat(client.send(request, BodyHandlers.ofString()).body())
                .as("the nearest caller comes last")
                .contains("\"askedBy\":\"spiffe://red/near\"");
    }
}
