package dev.vl3mesh.injector.allocate;

/// A pod can't get its addresses; the message is for its author.
public final class AllocationException extends Exception {
    private static final long serialVersionUID = 1L;

    /// Says why.
    public AllocationException(String message) {
        super(message);
    }
}
