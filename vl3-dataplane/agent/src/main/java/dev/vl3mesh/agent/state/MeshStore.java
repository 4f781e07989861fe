package dev.vl3mesh.agent.state;

import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All resources that this node was told. Belongs to one thread.
public final class MeshStore {
    private final Map<ResourceKey, MeshResource> resources = new HashMap<>();

    /// Takes a delta and returns what it really changes, in order.
    public List<Change> apply(SnapshotDelta delta) {
        List<Change> changes = new ArrayList<>();
        for (ResourceKey key : delta.removals()) {
            MeshResource before = resources.remove(key);
            if (before != null) {
                changes.add(new Change(key, before, null));
            }
        }
        for (MeshResource after : delta.upserts()) {
            ResourceKey key = after.key();
            MeshResource before = resources.put(key, after);
            if (!after.equals(before)) {
                changes.add(new Change(key, before, after));
            }
        }
        return changes;
    }

    /// The number of resources.
    public int size() {
        return resources.size();
    }
}
