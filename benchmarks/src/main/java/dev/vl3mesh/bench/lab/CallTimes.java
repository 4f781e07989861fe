package dev.vl3mesh.bench.lab;

import dev.vl3mesh.testbed.lab.LabCluster;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How long calls took, as the called component's own histogram has it: counts by upper bounds.
///
/// @param cumulative the number of calls that took at most so many milliseconds, by these milliseconds
record CallTimes(Map<Double, Long> cumulative) {
    /// The agent's: how long it held the runtime up in the hook.
    static final String HOOK = "vl3_pod_hook_seconds";
    /// The webhook's: from a review to its answer.
    static final String ADMISSION = "vl3_admission_duration_seconds";

    /// Makes an immutable copy.
    CallTimes {
        cumulative = new TreeMap<>(cumulative);
    }

    /// Of the agent of a cluster's first node.
    static CallTimes ofHook(LabCluster cluster) {
        return parse(HOOK, cluster.agentMetrics(1));
    }

    /// Of a cluster's webhook, which has one replica in the lab.
    static CallTimes ofAdmission(LabCluster cluster) {
        return parse(ADMISSION, cluster.podMetrics("vl3-injector"));
    }

    /// Reads metrics in Prometheus' text format; all series of the histogram together.
    ///
    /// @throws IllegalArgumentException if the histogram is not among them
    static CallTimes parse(String histogram, String metrics) {
        Map<Double, Long> cumulative = new TreeMap<>();
        Matcher matcher = Pattern.compile(histogram + "_bucket\\{(?:[^}]*,)?le=\"([0-9.E-]+|\\+Inf)\"[^}]*} ([0-9]+)")
                .matcher(metrics);
        while (matcher.find()) {
            double seconds =
                    matcher.group(1).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(matcher.group(1));
            cumulative.merge(seconds * 1000, Long.parseLong(matcher.group(2)), Long::sum);
        }
        if (cumulative.isEmpty()) {
            throw new IllegalArgumentException("no " + histogram + " among the metrics");
        }
        return new CallTimes(cumulative);
    }

    /// What was added since an earlier look.
    CallTimes since(CallTimes before) {
        Map<Double, Long> added = new TreeMap<>();
        cumulative.forEach((bound, count) -> added.put(bound, count - before.cumulative.getOrDefault(bound, 0L)));
        return new CallTimes(added);
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
