package dev.vl3mesh.samples.bookinfo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Serves a program by HTTP, and its health at `/health`.
final class HttpFront {
    private static final long NO_BODY = -1;
    /// Envoy's: elements `By=...;Hash=...;Subject="";URI=...`, the nearest caller last.
    private static final String CLIENT_CERTIFICATE = "x-forwarded-client-cert";

    private static final Pattern URI_OF_CALLER = Pattern.compile("URI=([^;,\"]+)[^,]*$");

    private final HttpServer server;
    private final ExecutorService threads;
    private final Program program;

    private HttpFront(HttpServer server, ExecutorService threads, Program program) {
        this.server = server;
        this.threads = threads;
        this.program = program;
    }

    /// Starts to listen.
    ///
    /// @param threads runs the program; [#stop] ends it
    ///
    /// @throws IOException if the address is taken
    static HttpFront start(Program program, InetSocketAddress address, ExecutorService threads) throws IOException {
        HttpFront front = new HttpFront(HttpServer.create(address, 0), threads, program);
        front.server.createContext("/", front::handle);
        front.server.setExecutor(threads);
        front.server.start();
        return front;
    }

    /// The TCP port that it listens on.
    int port() {
        return server.getAddress().getPort();
    }

    /// Takes no more calls, and ends when those under way have ended or the time is over.
    void stop(int graceSeconds) {
        server.stop(graceSeconds);
        threads.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange);
            answer.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            // A new connection for each call, so that calls spread over the pods behind a name also without a mesh.
            exchange.getResponseHeaders().set("Connection", "close");
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            boolean withBody = exchange.getRequestMethod().equals("GET") && body.length > 0;
            exchange.sendResponseHeaders(answer.status(), withBody ? body.length : NO_BODY);
            if (withBody) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.text(405, method + " is not supported: use GET");
        }
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/health")) {
            return Answer.text(200, "well");
        }
        Map<String, String> forwarded = new HashMap<>();
        for (String name : Call.FORWARDED) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                forwarded.put(name, value);
            }
        }
        return program.answer(new Call(path, caller(exchange), forwarded));
    }

    /// The sidecar tells, and lets nobody else tell.
    private static String caller(HttpExchange exchange) {
        String certificates = exchange.getRequestHeaders().getFirst(CLIENT_CERTIFICATE);
        Matcher uri = URI_OF_CALLER.matcher(certificates == null ? "" : certificates);
        return uri.find() ? uri.group(1) : "";
    }
}
