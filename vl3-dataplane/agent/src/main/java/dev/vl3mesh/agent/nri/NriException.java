package dev.vl3mesh.agent.nri;

/// The runtime's end of the NRI connection said something that the protocol does not allow; the connection
/// is of no more use.
final class NriException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NriException(String message) {
        super(message);
    }

    NriException(String message, Throwable cause) {
        super(message, cause);
    }
}
