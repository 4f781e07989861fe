package dev.vl3mesh.agent.nri;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// How long the runtime had to wait for this plugin before it could go on with a pod: a histogram. Safe for threads.
public final class HookTimes {
    /// Upper bounds, in milliseconds. The plugin answers after 1.5 s, whatever is missing.
    private static final double[] BOUNDS_MILLIS = {
        1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 250, 500, 1000, 1500, Double.POSITIVE_INFINITY
    };

    private static final double MILLIS_PER_SECOND = 1_000;

    private final LongAdder[] counts = new LongAdder[BOUNDS_MILLIS.length];
    private final LongAdder totalNanos = new LongAdder();

    /// Starts at zero.
    public HookTimes() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /// Counts one call.
    void add(long nanos) {
        totalNanos.add(nanos);
        int bound = 0;
        while (nanos > BOUNDS_MILLIS[bound] * 1e6) {
            bound++;
        }
        counts[bound].increment();
    }

    /// The number of calls that took no longer than each bound, by the bound in seconds; the last bound is infinite.
    public SortedMap<Double, Long> cumulative() {
        SortedMap<Double, Long> cumulative = new TreeMap<>();
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i].sum();
            cumulative.put(BOUNDS_MILLIS[i] / MILLIS_PER_SECOND, sum);
        }
        return cumulative;
    }

    /// The time of all calls together, in seconds.
    public double totalSeconds() {
        return totalNanos.sum() / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
