package dev.vl3mesh.agent.observe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Health and metrics over HTTP, for this host only: `/healthz`, `/metrics` and `/status`.
public final class HttpStatus {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /// Binds to 127.0.0.1.
    ///
    /// @param healthy whether the agent does its work; an agent that does not is started again
    /// @param metrics the text of all metrics (Prometheus text format 0.0.4)
    /// @param status the node's status (JSON)
    /// @throws IOException if the port is taken
    public HttpStatus(int port, BooleanSupplier healthy, Supplier<String> metrics, Supplier<String> status)
            throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 0);
        server.setExecutor(executor);
        server.createContext("/healthz", exchange -> {
            boolean good = healthy.getAsBoolean();
            answer(exchange, good ? OK : UNAVAILABLE, "text/plain", good ? "ok\n" : "the node worker is stuck\n");
        });
        server.createContext("/metrics", exchange -> answer(exchange, OK, "text/plain; version=0.0.4", metrics.get()));
        server.createContext("/status", exchange -> answer(exchange, OK, "application/json", status.get()));
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    /// Starts to answer.
    public void start() {
        server.start();
    }

    /// Stops at once.
    public void stop() {
        server.stop(0);
        executor.shutdownNow();
    }
}
