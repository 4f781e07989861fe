package dev.vl3mesh.ctl.cluster;

/// Something that the user can do something about; the message says what failed, on what, why, and what to do.
public final class CtlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Makes one without a cause.
    public CtlException(String message) {
        super(message);
    }

    /// Makes one with a cause.
    public CtlException(String message, Throwable cause) {
        super(message, cause);
    }
}
