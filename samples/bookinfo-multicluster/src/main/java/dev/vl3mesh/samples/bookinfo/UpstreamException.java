package dev.vl3mesh.samples.bookinfo;

/// Another program gave no good answer; the message says which one and why.
final class UpstreamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UpstreamException(String message) {
        super(message);
    }

    UpstreamException(String message, Throwable cause) {
        super(message, cause);
    }
}
