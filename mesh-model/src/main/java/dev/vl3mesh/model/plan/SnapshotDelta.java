package dev.vl3mesh.model.plan;

import java.util.List;
import java.util.Set;

/// A change of what one origin publishes: first the removals, then the upserts, applied as one.
///
/// @param upserts new or changed resources, each key once
/// @param removals keys that are gone; none of them among the upserts
public record SnapshotDelta(List<MeshResource> upserts, Set<ResourceKey> removals) {
    /// Makes immutable copies.
    public SnapshotDelta {
        upserts = List.copyOf(upserts);
        removals = Set.copyOf(removals);
    }

    /// Whether nothing changes.
    public boolean isEmpty() {
        return upserts.isEmpty() && removals.isEmpty();
    }
}
