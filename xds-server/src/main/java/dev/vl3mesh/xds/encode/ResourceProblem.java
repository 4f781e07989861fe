package dev.vl3mesh.xds.encode;

/// A resource that can't be accepted; the message is what the sender is told.
public final class ResourceProblem extends Exception {
    private static final long serialVersionUID = 1L;

    /// Makes a problem.
    public ResourceProblem(String message) {
        super(message);
    }
}
