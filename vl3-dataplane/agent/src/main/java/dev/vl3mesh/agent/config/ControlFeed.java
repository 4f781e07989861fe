package dev.vl3mesh.agent.config;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.stream.ResourceListener;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Turns the batches of the control plane's stream into changes for this node.
final class ControlFeed implements ResourceListener {
    private final KubeClusterName own;
    private final ResourceSink sink;

    /// @param own this node's cluster
    ControlFeed(KubeClusterName own, ResourceSink sink) {
        this.own = own;
        this.sink = sink;
    }

    @Override
    public void onBatch(ResourceKind kind, List<MeshResource> upserts, List<String> removals) {
        Set<ResourceKey> gone = new HashSet<>();
        removals.forEach(name -> gone.add(ResourceKey.ofWireName(kind, name)));
        upserts.forEach(resource -> gone.remove(resource.key()));
        if (!upserts.isEmpty() || !gone.isEmpty()) {
            sink.learn(new SnapshotDelta(upserts, gone));
        }
    }

    @Override
    public void onComplete(KubeClusterName origin) {
        if (origin.equals(own)) {
            sink.complete();
        }
    }
}
