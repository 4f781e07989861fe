package dev.vl3mesh.agent.probe;

import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;

/// What probes saw of the path to one peer in one domain.
///
/// @param reachable whether one of the last three probes was answered
/// @param roundTripMicros of the last answer; 0 before the first
/// @param recentSent how many of the last probes are counted in `recentAnswered`, at most 64
/// @param sent probes that were answered or given up, ever
/// @param answered those that were answered, ever
/// @param pathMtu bytes of the longest inner packet that came back whole; 0 before that is known
/// @param settledNanos when the last probe was answered or given up ([System#nanoTime]); 0 before the first
/// @param answeredNanos when the last answer came; 0 before the first
public record PathView(
        DomainName domain,
        Peer peer,
        boolean reachable,
        long roundTripMicros,
        int recentSent,
        int recentAnswered,
        long sent,
        long answered,
        int pathMtu,
        long settledNanos,
        long answeredNanos) {
    /// Part of the last probes that was not answered, 0 to 1.
    public double recentLoss() {
        return recentSent == 0 ? 0 : 1.0 - (double) recentAnswered / recentSent;
    }
}
