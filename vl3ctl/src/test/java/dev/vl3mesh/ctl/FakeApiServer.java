package dev.vl3mesh.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// An API server that keeps objects by their paths, and knows no schema, no watch and no access control.
final class FakeApiServer implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpServer server;
    private final TreeMap<String, ObjectNode> objects = new TreeMap<>();
    private final Set<String> kept = new HashSet<>();
    private BiConsumer<String, ObjectNode> onCreate = (_, _) -> {};

    FakeApiServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /// Called with the path and the object, which it may change, before it is stored.
    synchronized void onCreate(BiConsumer<String, ObjectNode> hook) {
        onCreate = hook;
    }

    synchronized void put(String path, String json) {
        objects.put(path, object(json));
    }

    /// From now on this object has a finalizer that nobody takes off.
    synchronized void keep(String path) {
        kept.add(path);
    }

    synchronized Optional<ObjectNode> get(String path) {
        return Optional.ofNullable(objects.get(path));
    }

    synchronized List<String> paths(String start) {
        return objects.keySet().stream().filter(path -> path.startsWith(start)).toList();
    }

    /// A kubeconfig whose only context is `fake`.
    Path kubeconfig(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: fake, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: fake, user: {token: none}}]
                contexts: [{name: fake, context: {cluster: fake, user: fake}}]
                current-context: fake
                """.formatted(server.getAddress().getPort()));
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) MAPPER.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        switch (exchange.getRequestMethod()) {
            case "GET" -> reply(exchange, objects.containsKey(path) ? objects.get(path) : list(path));
            case "POST" -> {
                ObjectNode made = object(body);
                String madePath = path + "/" + made.at("/metadata/name").asText();
                onCreate.accept(madePath, made);
                objects.put(madePath, made);
                reply(exchange, made);
            }
            case "DELETE" -> {
                @Nullable JsonNode gone = kept.contains(path) ? objects.get(path) : objects.remove(path);
                reply(exchange, gone);
            }
            default -> reply(exchange, null);
        }
    }

    /// A path whose last word is a plural is a collection, as far as tests need it.
    private @Nullable JsonNode list(String path) {
        if (!path.endsWith("s") || path.matches(".*/(secrets|configmaps|links|domains|invitations)/[^/]+")) {
            return null;
        }
        ObjectNode list = MAPPER.createObjectNode();
        list.put("kind", "List").put("apiVersion", "v1").putObject("metadata");
        var items = list.putArray("items");
        objects.forEach((key, value) -> {
            if (key.startsWith(path + "/")) {
                items.add(value);
            }
        });
        return list;
    }

    private static void reply(HttpExchange exchange, @Nullable JsonNode object) throws IOException {
        String text = object == null
                ? "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404,"
                        + "\"message\":\"not found\"}"
                : object.toString();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(object == null ? 404 : 200, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
