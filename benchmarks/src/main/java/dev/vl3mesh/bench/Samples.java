package dev.vl3mesh.bench;

import java.util.Arrays;
import java.util.Collection;

/// Measured values of one thing, all in the same unit.
public final class Samples {
    private final double[] sorted;

    private Samples(double[] values) {
        this.sorted = values.clone();
        Arrays.sort(sorted);
    }

    /// Takes values in any order.
    ///
    /// @throws IllegalArgumentException if there are none: nothing can be said of nothing
    public static Samples of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values were measured");
        }
        return new Samples(values);
    }

    /// Takes values in any order.
    ///
    /// @throws IllegalArgumentException if there are none
    public static Samples of(Collection<? extends Number> values) {
        return of(values.stream().mapToDouble(Number::doubleValue).toArray());
    }

    /// The smallest value that at least so many percent of all values do not exceed (nearest rank).
    ///
    /// @param percent above 0, at most 100
    public double percentile(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException(percent + " is no percentile: above 0, at most 100");
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }

    /// The value in the middle; of an even number of values the mean of the two in the middle.
    public double median() {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// The smallest value.
    public double min() {
        return sorted[0];
    }

    /// The largest value.
    public double max() {
        return sorted[sorted.length - 1];
    }

    /// How many values there are.
    public int count() {
        return sorted.length;
    }
}
