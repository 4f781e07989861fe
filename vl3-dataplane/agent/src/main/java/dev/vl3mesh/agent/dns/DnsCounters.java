package dev.vl3mesh.agent.dns;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// How many questions ended how, since start.
public final class DnsCounters {
    /// How a question ended.
    public enum Outcome {
        /// Answered from a domain's zone.
        ANSWERED,
        /// Passed on to the cluster's DNS and answered by it.
        FORWARDED,
        /// Not passed on, because too many were under way.
        REFUSED_FULL,
        /// Passed on, and no answer came in time.
        TIMED_OUT,
        /// Not a question that a server has to answer.
        MALFORMED
    }

    private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);

    /// Starts at zero.
    public DnsCounters() {
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, new LongAdder());
        }
    }

    /// The number of questions that ended so.
    public long count(Outcome outcome) {
        return of(outcome).sum();
    }

    private LongAdder of(Outcome outcome) {
        return Objects.requireNonNull(counts.get(outcome));
    }

    void add(Outcome outcome) {
        of(outcome).increment();
    }
}
