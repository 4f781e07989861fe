package dev.vl3mesh.metrics;

import java.time.Duration;

/// Takes durations into a histogram. Safe for threads.
public interface Durations {
    /// Counts one.
    ///
    /// @param labels values of the family's labels, in its order
    void record(Duration duration, String... labels);
}
