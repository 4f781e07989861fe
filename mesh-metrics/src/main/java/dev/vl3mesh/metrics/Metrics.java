package dev.vl3mesh.metrics;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The metrics of one component. Values are read when somebody scrapes, so that they cost nothing between. Names are
/// given as Prometheus shows them, so that who sees one finds it in the sources: `vl3_`, base units, and `_total` at
/// the end of counters alone.
public final class Metrics {
    /// What [#scrape] returns, as a content type.
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Pattern NAME = Pattern.compile("vl3_[a-z]+(_[a-z]+)*");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Family> families = new ArrayList<>();

    /// Starts with nothing to show.
    public Metrics() {}

    /// Adds a number that goes up and down.
    ///
    /// @param value asked for at each scrape
    public Metrics gauge(String name, String help, DoubleSupplier value) {
        return gauges(name, help, List.of(), () -> List.of(Row.of(value.getAsDouble())));
    }

    /// Adds numbers that go up and down. Where there are no rows, nothing is shown.
    ///
    /// @param rows asked for at each scrape
    public Metrics gauges(String name, String help, List<String> labels, Supplier<List<Row>> rows) {
        return add(new Family(Family.Kind.GAUGE, checked(name, false), help, labels, rows));
    }

    /// Adds a number that only grows, until the component starts anew.
    ///
    /// @param value asked for at each scrape
    public Metrics counter(String name, String help, DoubleSupplier value) {
        return counters(name, help, List.of(), () -> List.of(Row.of(value.getAsDouble())));
    }

    /// Adds numbers that only grow, until the component starts anew.
    ///
    /// @param rows asked for at each scrape
    public Metrics counters(String name, String help, List<String> labels, Supplier<List<Row>> rows) {
        return add(new Family(Family.Kind.COUNTER, checked(name, true), help, labels, rows));
    }

    /// Adds a histogram of durations, and beside it the longest of the last minutes as `<name>_max`.
    ///
    /// @param name ends in `_seconds`
    /// @param bounds upper bounds of the buckets, ascending
    public Durations durations(String name, String help, List<String> labels, Duration... bounds) {
        if (!name.endsWith("_seconds")) {
            throw new IllegalArgumentException("durations are in seconds: " + name + " has to end in _seconds");
        }
        Duration[] buckets = bounds.clone();
        String family = checked(name, false);
        return (duration, values) -> {
            String[] tags = new String[labels.size() * 2];
            for (int i = 0; i < labels.size(); i++) {
                tags[2 * i] = labels.get(i);
                tags[2 * i + 1] = values[i];
            }
            Timer.builder(family)
                    .description(help)
                    .serviceLevelObjectives(buckets)
                    .tags(tags)
                    .register(registry)
                    .record(duration);
        };
    }

    /// Adds a histogram that is kept elsewhere.
    ///
    /// @param cumulative the number of observations up to each bound, ascending; the last bound is infinite
    /// @param sum of all observations
    public Metrics histogram(
            String name, String help, Supplier<SortedMap<Double, Long>> cumulative, DoubleSupplier sum) {
        String family = checked(name, false);
        registry.getPrometheusRegistry().register(() -> snapshot(family, help, cumulative.get(), sum.getAsDouble()));
        return this;
    }

    private static MetricSnapshot snapshot(String name, String help, SortedMap<Double, Long> cumulative, double sum) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        long before = 0;
        for (Map.Entry<Double, Long> bucket : cumulative.entrySet()) {
            buckets.bucket(bucket.getKey(), bucket.getValue() - before);
            before = bucket.getValue();
        }
        return HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum(sum)
                        .build())
                .build();
    }

    private static String checked(String name, boolean counter) {
        if (!NAME.matcher(name).matches() || name.endsWith("_total") != counter) {
            throw new IllegalArgumentException("'" + name
                    + "' is no name of a metric here: vl3_, lower case, and _total at the end of counters alone");
        }
        return name;
    }

    private synchronized Metrics add(Family family) {
        families.add(family);
        return this;
    }

    /// Returns everything as it is now, in Prometheus' text format.
    public synchronized String scrape() {
        families.forEach(family -> family.update(registry));
        return registry.scrape();
    }
}
