package dev.vl3mesh.agent.attach;

/// The kernel refused what a domain or a pod needs. The message says what failed, on what, and why.
public final class AttachException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// Makes one of its message and what the kernel said.
    public AttachException(String message, Throwable cause) {
        super(message, cause);
    }

    /// Makes one of its message.
    public AttachException(String message) {
        super(message);
    }
}
