package dev.vl3mesh.xds.mcp;

import java.util.Map;

/// All that is published.
///
/// @param sets by type, as they are asked for
public record McpSnapshot(Map<String, McpSet> sets) {
    /// Makes an immutable copy.
    public McpSnapshot {
        sets = Map.copyOf(sets);
    }

    /// The set of a type; an empty one where nothing of it is published.
    public McpSet of(String type) {
        return sets.getOrDefault(type, McpSet.EMPTY);
    }
}
