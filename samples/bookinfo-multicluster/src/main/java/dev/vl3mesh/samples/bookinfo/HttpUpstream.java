package dev.vl3mesh.samples.bookinfo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// Asks another program by HTTP.
final class HttpUpstream implements Upstream {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int OK = 200;

    private final HttpClient client;
    private final URI base;

    /// Makes an upstream.
    ///
    /// @param base such as `http://reviews.bookinfo.svc.red.vl3.internal:9080`
    HttpUpstream(HttpClient client, URI base) {
        this.client = client;
        this.base = base;
    }

    /// A client fit for all upstreams of a process.
    static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    @Override
    public Json get(String path, Call onBehalfOf) {
        URI url = base.resolve(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(TIMEOUT);
        onBehalfOf.forwarded().forEach(request::setHeader);
        try {
            var response = client.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() != OK) {
                throw new UpstreamException(url + ": status " + response.statusCode());
            }
            return Json.parse(response.body());
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new UpstreamException(url + ": " + reason, e);
        } catch (JsonException e) {
            throw new UpstreamException(url + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UpstreamException(url + ": interrupted", e);
        }
    }
}
