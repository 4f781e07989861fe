package dev.vl3mesh.samples.bookinfo;

/// A text is not the JSON that was expected.
final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    JsonException(String message) {
        super(message);
    }
}
