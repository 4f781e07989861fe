package dev.vl3mesh.bridge.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Health and status over plain HTTP, for the kubelet and, through the API server's proxy, for people.
public final class HttpEndpoint implements AutoCloseable {
    private final HttpServer server;

    /// Opens the port.
    ///
    /// @param ready whether this replica can serve
    /// @param status an object that is shown as JSON
    /// @throws IOException if the port can't be opened
    public HttpEndpoint(int port, BooleanSupplier ready, Supplier<Object> status) throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/healthz", exchange -> answer(exchange, 200, "ok\n"));
        server.createContext(
                "/readyz",
                exchange -> answer(
                        exchange, ready.getAsBoolean() ? 200 : 503, ready.getAsBoolean() ? "ok\n" : "not yet\n"));
        server.createContext("/status", exchange -> answer(exchange, 200, Serialization.asJson(status.get())));
        server.start();
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", text.startsWith("{") ? "application/json" : "text/plain");
        exchange.sendResponseHeaders(code, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
