package dev.vl3mesh.bridge.publish;

import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.StateFeeder;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.IncrementalPlanner;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.model.plan.SnapshotSink;
import java.util.Collection;

/// Plans what changed and tells the sink what is different from before. Used by one thread.
public final class Publisher {
    private final KubeClusterName cluster;
    private final StateFeeder feeder;
    private final IncrementalPlanner planner;
    private final SnapshotSink sink;
    private boolean complete;

    /// Starts with nothing published.
    public Publisher(KubeClusterName cluster, StateFeeder feeder, IncrementalPlanner planner, SnapshotSink sink) {
        this.cluster = cluster;
        this.feeder = feeder;
        this.planner = planner;
        this.sink = sink;
    }

    /// Publishes what follows from changes; the first ones must be all there is, and make the cluster's resources
    /// complete.
    public void publish(Collection<Change> changes) {
        feeder.feed(changes);
        SnapshotDelta delta = planner.take();
        if (!delta.isEmpty()) {
            sink.apply(cluster, delta);
        }
        if (!complete) {
            complete = true;
            sink.complete(cluster);
        }
    }
}
