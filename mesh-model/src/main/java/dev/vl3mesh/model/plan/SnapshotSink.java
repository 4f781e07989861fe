package dev.vl3mesh.model.plan;

import dev.vl3mesh.model.KubeClusterName;

/// Where a planner publishes to. Calls of one origin come from one thread, in order.
public interface SnapshotSink {
    /// Applies a change of an origin's resources; all of it is seen at once or not at all.
    void apply(KubeClusterName origin, SnapshotDelta delta);

    /// Says that everything the origin has was applied at least once since this process started. Before that, nobody
    /// may be told that a resource of the origin
    /// is gone.
    void complete(KubeClusterName origin);
}
