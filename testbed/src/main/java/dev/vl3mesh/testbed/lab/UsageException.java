package dev.vl3mesh.testbed.lab;

/// The lab's command line was called in a way that it does not have; the message says what it has.
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
