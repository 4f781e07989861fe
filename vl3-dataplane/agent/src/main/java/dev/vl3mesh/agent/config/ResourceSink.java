package dev.vl3mesh.agent.config;

import dev.vl3mesh.model.plan.SnapshotDelta;

/// Takes what the control plane says. Called by one thread at a time, in order.
public interface ResourceSink {
    /// Something came, changed or went.
    void learn(SnapshotDelta delta);

    /// Everything that this node's own cluster has for it was learnt.
    void complete();
}
