package dev.vl3mesh.xds.stream;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKind;
import java.util.List;

/// Where a receiver delivers to, in order, from one thread at a time.
public interface ResourceListener {
    /// One response: what came or changed, and the wire names of what is gone. An empty first batch of a kind is
    /// delivered too: the kind is then known.
    ///
    /// @throws IllegalArgumentException to refuse all of it, with the reason for the sender
    void onBatch(ResourceKind kind, List<MeshResource> upserts, List<String> removals);

    /// Everything that an origin has was delivered.
    void onComplete(KubeClusterName origin);
}
