package dev.vl3mesh.bench.lab;

import dev.vl3mesh.testbed.lab.LabCluster;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How long a node's agent held the runtime up in the hook, as its own metrics have it: counts by upper bounds.
///
/// @param cumulative the number of calls that took at most so many milliseconds, by these milliseconds
record HookTimes(Map<Double, Long> cumulative) {
    private static final Pattern BUCKET =
            Pattern.compile("vl3_pod_hook_seconds_bucket\\{le=\"([0-9.]+|\\+Inf)\"} ([0-9]+)");

    /// Makes an immutable copy.
    HookTimes {
        cumulative = new TreeMap<>(cumulative);
    }

    /// Reads the metrics of a cluster's first node.
    static HookTimes of(LabCluster cluster) {
        return parse(cluster.exec(1, "curl", "-sS", "-m", "5", "http://127.0.0.1:18081/metrics"));
    }

    /// Reads metrics in Prometheus' text format.
    ///
    /// @throws IllegalArgumentException if the histogram is not among them
    static HookTimes parse(String metrics) {
        Map<Double, Long> cumulative = new TreeMap<>();
        Matcher matcher = BUCKET.matcher(metrics);
        while (matcher.find()) {
            double seconds =
                    matcher.group(1).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(matcher.group(1));
            cumulative.put(seconds * 1000, Long.parseLong(matcher.group(2)));
        }
        if (cumulative.isEmpty()) {
            throw new IllegalArgumentException("no vl3_pod_hook_seconds among the agent's metrics");
        }
        return new HookTimes(cumulative);
    }

    /// What was added since an earlier look.
    HookTimes since(HookTimes before) {
        Map<Double, Long> added = new TreeMap<>();
        cumulative.forEach((bound, count) -> added.put(bound, count - before.cumulative.getOrDefault(bound, 0L)));
        return new HookTimes(added);
    }

    /// The number of calls.
    long count() {
        return cumulative.getOrDefault(Double.POSITIVE_INFINITY, 0L);
    }

    /// The smallest of the bounds, in milliseconds, that at least so many percent of all calls do not exceed.
    double percentileMillis(double percent) {
        return cumulative.entrySet().stream()
                .filter(entry -> entry.getValue() >= percent / 100 * count())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
    }
}
