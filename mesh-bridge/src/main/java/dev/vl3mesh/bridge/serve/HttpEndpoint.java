package dev.vl3mesh.bridge.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vl3mesh.metrics.Metrics;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Health, status and metrics over plain HTTP, for the kubelet and, through the API server's proxy, for people.
public final class HttpEndpoint implements AutoCloseable {
    private static final String TEXT = "text/plain";

    private final HttpServer server;

    /// Opens the port.
    ///
    /// @param ready whether this replica can serve
    /// @param status an object that is shown as JSON
    /// @param metrics all metrics (see [Metrics#CONTENT_TYPE])
    /// @throws IOException if the port can't be opened
    public HttpEndpoint(int port, BooleanSupplier ready, Supplier<Object> status, Supplier<String> metrics)
            throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/healthz", exchange -> answer(exchange, 200, TEXT, "ok\n"));
        server.createContext("/readyz", exchange -> {
            boolean is = ready.getAsBoolean();
            answer(exchange, is ? 200 : 503, TEXT, is ? "ok\n" : "not yet\n");
        });
        server.createContext(
                "/status", exchange -> answer(exchange, 200, "application/json", Serialization.asJson(status.get())));
        server.createContext("/metrics", exchange -> answer(exchange, 200, Metrics.CONTENT_TYPE, metrics.get()));
        server.start();
    }

    private static void answer(HttpExchange exchange, int code, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(code, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /// The port that is open.
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
