package dev.vl3mesh.metrics;

import java.util.List;

/// One number of a family, as it is now.
///
/// @param labels values of the family's labels, in its order
public record Row(double value, List<String> labels) {
    /// Makes an immutable copy.
    public Row {
        labels = List.copyOf(labels);
    }

    /// A number with the values of its labels.
    public static Row of(double value, String... labels) {
        return new Row(value, List.of(labels));
    }

    /// A count with the values of its labels; exact up to 2^53.
    public static Row of(long value, String... labels) {
        return of((double) value, labels);
    }

    /// 1 for yes, 0 for no.
    public static Row of(boolean yes, String... labels) {
        return of(yes ? 1 : 0, labels);
    }
}
