package dev.vl3mesh.xds.publish;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Tells the kubelet over HTTP, at `/published`, whether istiod may start, and at `/complete`, whether anybody
/// may be served by it; and istiod, at `/keys`, by what to check the domain's tokens.
final class PublisherHealth implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;

    /// @param published whether istiod may start
    /// @param complete whether istiod has everything
    /// @param keys a JSON Web Key Set
    PublisherHealth(int port, BooleanSupplier published, BooleanSupplier complete, Supplier<String> keys)
            throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/published", exchange -> answer(exchange, published, "waiting for the control plane\n"));
        server.createContext("/complete", exchange -> answer(exchange, complete, "waiting for istiod\n"));
        server.createContext("/keys", exchange -> answer(exchange, OK, "application/json", keys.get()));
        server.start();
    }

    private static void answer(HttpExchange exchange, BooleanSupplier done, String why) throws IOException {
        boolean ok = done.getAsBoolean();
        answer(exchange, ok ? OK : UNAVAILABLE, "text/plain", ok ? "ok\n" : why);
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
