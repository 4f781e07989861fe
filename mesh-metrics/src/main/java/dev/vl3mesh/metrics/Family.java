package dev.vl3mesh.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// A metric whose label values come and go. Micrometer has no counter of that kind, and its gauge of that kind makes
/// all its meters anew each time; here a meter lives as long as its labels do.
final class Family {
    /// Of what a family is.
    enum Kind {
        GAUGE,
        COUNTER
    }

    /// A number that Micrometer reads. Kept here, since Micrometer keeps weak references only.
    private static final class Cell {
        private volatile double value;

        double value() {
            return value;
        }
    }

    private record Shown(Cell cell, Meter meter) {}

    private final Kind kind;
    private final String name;
    private final String help;
    private final List<String> labels;
    private final Supplier<List<Row>> rows;
    private final Map<List<String>, Shown> shown = new HashMap<>();

    Family(Kind kind, String name, String help, List<String> labels, Supplier<List<Row>> rows) {
        this.kind = kind;
        this.name = name;
        this.help = help;
        this.labels = List.copyOf(labels);
        this.rows = rows;
    }

    /// Shows the present rows and no others.
    ///
    /// @throws IllegalStateException if two rows have equal labels, or one has too few or too many
    void update(MeterRegistry registry) {
        Set<List<String>> present = new HashSet<>();
        for (Row row : rows.get()) {
            if (!present.add(row.labels()) || row.labels().size() != labels.size()) {
                throw new IllegalStateException(
                        name + ": labels " + row.labels() + " are there twice, or are no values of " + labels);
            }
            shown.computeIfAbsent(row.labels(), values -> show(values, registry)).cell.value = row.value();
        }
        shown.entrySet().removeIf(entry -> {
            boolean gone = !present.contains(entry.getKey());
            if (gone) {
                registry.remove(entry.getValue().meter());
            }
            return gone;
        });
    }

    private Shown show(List<String> values, MeterRegistry registry) {
        List<Tag> tags = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            tags.add(Tag.of(labels.get(i), values.get(i)));
        }
        Cell cell = new Cell();
        Meter meter = switch (kind) {
            case GAUGE ->
                Gauge.builder(name, cell, Cell::value)
                        .description(help)
                        .tags(tags)
                        .register(registry);
            case COUNTER ->
                FunctionCounter.builder(name, cell, Cell::value)
                        .description(help)
                        .tags(tags)
                        .register(registry);
        };
        return new Shown(cell, meter);
    }
}
