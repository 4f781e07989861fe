package dev.vl3mesh.agent.probe;

/// How often to probe.
///
/// @param beatNanos between two probes of a peer, where there are few
/// @param raiseNanos until a path is tried whether it carries more by now
public record ProbePace(long beatNanos, long raiseNanos) {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /// Noticed: a narrower path or a lost peer within 5 s, a wider path within 35 s.
    public static final ProbePace CALM = new ProbePace(SECOND_NANOS, 30 * SECOND_NANOS);
}
