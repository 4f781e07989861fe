package dev.vl3mesh.identity;

/// Something about a key, a certificate or a name is not as it must be; the message says what, and what is wanted.
public final class IdentityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Makes a failure without a cause.
    public IdentityException(String message) {
        super(message);
    }

    /// Makes a failure.
    public IdentityException(String message, Throwable cause) {
        super(message, cause);
    }
}
