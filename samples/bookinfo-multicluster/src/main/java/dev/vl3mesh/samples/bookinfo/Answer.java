package dev.vl3mesh.samples.bookinfo;

import java.util.Map;

/// What a program answers.
///
/// @param status an HTTP status code
/// @param headers besides the length
record Answer(int status, Map<String, String> headers, String body) {
    Answer {
        headers = Map.copyOf(headers);
    }

    static Answer json(Json json) {
        return new Answer(200, Map.of("Content-Type", "application/json"), json.toString());
    }

    static Answer html(String page) {
        return new Answer(200, Map.of("Content-Type", "text/html; charset=utf-8"), page);
    }

    static Answer text(int status, String text) {
        return new Answer(status, Map.of("Content-Type", "text/plain; charset=utf-8"), text + "\n");
    }

    static Answer redirect(String path) {
        return new Answer(302, Map.of("Location", path), "");
    }

    static Answer notFound(String path) {
        return text(404, "there is nothing at " + path);
    }
}
