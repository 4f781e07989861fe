package dev.vl3mesh.agent.state;

import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import org.jspecify.annotations.Nullable;

/// One resource that is not what it was.
///
/// @param before null where it is new
/// @param after null where it is gone; never equal to what was before
public record Change(
        ResourceKey key,
        @Nullable MeshResource before,
        @Nullable MeshResource after) {}
