package dev.vl3mesh.testbed.lab;

/// Something in the lab failed; the message says what, on what and why.
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Makes a failure.
    ///
    /// @param message what failed, on what, why
    public LabException(String message) {
        super(message);
    }

    /// Makes a failure.
    ///
    /// @param message what failed, on what, why
    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
