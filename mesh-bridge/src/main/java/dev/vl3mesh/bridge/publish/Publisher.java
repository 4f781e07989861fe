package dev.vl3mesh.bridge.publish;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ClusterState;
import dev.vl3mesh.model.plan.DomainPlanner;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.model.plan.SnapshotSink;
import java.util.Map;

/// Plans and tells the sink what is different from the last plan. Used by one thread.
public final class Publisher {
    private final KubeClusterName cluster;
    private final SnapshotSink sink;
    private Map<ResourceKey, MeshResource> published = Map.of();
    private boolean complete;

    /// Starts with nothing published.
    public Publisher(KubeClusterName cluster, SnapshotSink sink) {
        this.cluster = cluster;
        this.sink = sink;
    }

    /// Publishes a whole state; the first one makes the cluster's resources complete.
    public void publish(ClusterState state) {
        Map<ResourceKey, MeshResource> planned = DomainPlanner.plan(state);
        SnapshotDelta delta = DomainPlanner.difference(published, planned);
        if (!delta.isEmpty()) {
            sink.apply(cluster, delta);
        }
        published = planned;
        if (!complete) {
            complete = true;
            sink.complete(cluster);
        }
    }
}
