package dev.vl3mesh.agent.observe;

import java.time.Instant;
import java.util.Optional;

/// Whom the agent listens to.
public interface Connections {
    /// Whether the stream to the control plane is open.
    boolean control();

    /// Milliseconds since the control plane last confirmed what this node has; -1 where it has not yet.
    long snapshotAgeMillis();

    /// When this node's certificate ends; nothing where it has none yet.
    Optional<Instant> certificateEnd();

    /// Whether the runtime tells of each new pod at once.
    boolean nri();
}
