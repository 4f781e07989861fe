package dev.vl3mesh.xds.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/// Reasons as they go to a peer: they may repeat what the peer itself has sent.
public final class Refusals {
    private static final int LENGTH_MAX = 300;

    private Refusals() {}

    /// A reason of one line, and not longer than a status can carry.
    private static String shown(@Nullable String reason) {
        String line = String.valueOf(reason).replaceAll("\\p{Cntrl}", "?");
        return line.length() <= LENGTH_MAX ? line : line.substring(0, LENGTH_MAX) + "...";
    }

    /// What was asked for can't be.
    public static StatusRuntimeException invalid(@Nullable String reason) {
        return Status.INVALID_ARGUMENT.withDescription(shown(reason)).asRuntimeException();
    }

    /// Who asked may not.
    public static StatusRuntimeException denied(@Nullable String reason) {
        return Status.PERMISSION_DENIED.withDescription(shown(reason)).asRuntimeException();
    }
}
