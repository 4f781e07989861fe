package dev.vl3mesh.injector.observe;

import dev.vl3mesh.metrics.Durations;
import dev.vl3mesh.metrics.Metrics;
import dev.vl3mesh.metrics.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/// The webhook's metrics.
public final class InjectorMetrics {
    /// Upper bounds of the durations of admissions, in milliseconds. The webhook is to stay below 10 ms, 99 of 100
    /// times.
    private static final long[] BOUNDS_MILLIS = {1, 2, 5, 10, 20, 50, 100, 500, 1_000, 5_000};

    private static final double SECOND_MILLIS = 1e3;

    private InjectorMetrics() {}

    /// Adds what is read when somebody scrapes.
    ///
    /// @param conflicts how often another replica had taken the address that was chosen
    /// @param watches whether each watch of the API server is open, by the kind of objects
    /// @param certificateEnd when the certificate that the API server sees ends
    public static void add(
            Metrics metrics,
            LongSupplier conflicts,
            Supplier<Map<String, Boolean>> watches,
            Supplier<Optional<Instant>> certificateEnd) {
        metrics.counter(
                        "vl3_allocation_conflicts_total",
                        "Addresses that were chosen and that another replica had taken a moment before.",
                        conflicts::getAsLong)
                .gauges(
                        "vl3_watch_up",
                        "1 while the watch of a kind of objects at the API server is open.",
                        List.of("kind"),
                        () -> watches.get().entrySet().stream()
                                .map(watch -> Row.of(watch.getValue(), watch.getKey()))
                                .toList())
                .gauges(
                        "vl3_certificate_expiry_timestamp_seconds",
                        "When a certificate ends, in seconds since 1970.",
                        List.of("certificate"),
                        () ->
                                certificateEnd
                                        .get()
                                        .map(end -> Row.of(end.toEpochMilli() / SECOND_MILLIS, "webhook"))
                                        .stream()
                                        .toList());
    }

    /// Adds the histogram of admissions; its labels are the endpoint and the outcome.
    public static Durations admissions(Metrics metrics) {
        return metrics.durations(
                "vl3_admission_duration_seconds",
                "Time from an admission review to its answer.",
                List.of("endpoint", "outcome"),
                LongStream.of(BOUNDS_MILLIS).mapToObj(Duration::ofMillis).toArray(Duration[]::new));
    }
}
