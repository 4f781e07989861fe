package dev.vl3mesh.agent.observe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vl3mesh.metrics.Metrics;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Health and metrics over HTTP: `/healthz`, `/metrics` and `/status` for this host only, and `/metrics` alone at one
/// more address where that is wanted.
public final class HttpStatus {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /// Binds to 127.0.0.1, and to one more address.
    ///
    /// @param metricsAddress where a collector elsewhere finds the metrics, on the same port
    /// @param healthy whether the agent does its work; an agent that does not is started again
    /// @param metrics all metrics (see [Metrics#CONTENT_TYPE])
    /// @param status the node's status (JSON)
    /// @throws IOException if the port is taken
    public HttpStatus(
            int port,
            Optional<InetAddress> metricsAddress,
            BooleanSupplier healthy,
            Supplier<String> metrics,
            Supplier<String> status)
            throws IOException {
        HttpServer local = bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        local.createContext("/healthz", exchange -> {
            boolean good = healthy.getAsBoolean();
            answer(exchange, good ? OK : UNAVAILABLE, "text/plain", good ? "ok\n" : "the node worker is stuck\n");
        });
        local.createContext("/status", exchange -> answer(exchange, OK, "application/json", status.get()));
        if (metricsAddress.isPresent()) {
            bind(new InetSocketAddress(metricsAddress.get(), local.getAddress().getPort()));
        }
        for (HttpServer server : servers) {
            server.createContext("/metrics", exchange -> answer(exchange, OK, Metrics.CONTENT_TYPE, metrics.get()));
        }
    }

    private HttpServer bind(InetSocketAddress address) throws IOException {
        HttpServer server = HttpServer.create(address, 0);
        server.setExecutor(executor);
        servers.add(server);
        return server;
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    /// The port, which is of interest where it was given as 0.
    public int port() {
        return servers.getFirst().getAddress().getPort();
    }

    /// Starts to answer.
    public void start() {
        servers.forEach(HttpServer::start);
    }

    /// Stops at once.
    public void stop() {
        servers.forEach(server -> server.stop(0));
        executor.shutdownNow();
    }
}
