package dev.vl3mesh.bench.plan;

import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.bench.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a change costs in a mesh of 100 clusters with 100,000 attachments, beside what it costs with 1,000; and how
/// much memory the home's control plane needs for them.
public final class PlanBench implements Benchmark {
    private static final int CLUSTERS = 100;
    private static final int SMALL = 1_000;
    private static final int LARGE = 100_000;
    private static final int WARM_UP = 3_000;
    private static final int CHANGES = 2_000;
    private static final double RATIO_MAX = 3;
    private static final double MIB = 1 << 20;

    @Override
    public String name() {
        return "plan";
    }

    @Override
    public String about() {
        return "plan and encode for " + CLUSTERS + " clusters and " + LARGE + " attachments";
    }

    @Override
    public Place place() {
        return Place.HERE;
    }

    @Override
    public List<Row> run() {
        List<Row> rows = new ArrayList<>();
        Samples small = changeMicros(new Mesh(CLUSTERS, SMALL / CLUSTERS));
        double heapBefore = heapMib();
        long start = System.nanoTime();
        Mesh mesh = new Mesh(CLUSTERS, LARGE / CLUSTERS);
        double filledSeconds = (System.nanoTime() - start) / 1e9;
        double heap = heapMib() - heapBefore;
        Samples large = changeMicros(mesh);
        rows.add(against("median", large.median(), small.median()));
        rows.add(against("p99", large.percentile(99), small.percentile(99)));
        rows.add(Row.atMost(
                "heap of the home's plan, store and " + (CLUSTERS - 1) + " streams, " + LARGE + " attachments, "
                        + mesh.resources() + " resources",
                heap,
                "MiB",
                1024));
        double perStream = filledSeconds / (CLUSTERS - 1);
        rows.add(Row.told(
                "plan, store and encode everything from nothing, for all " + (CLUSTERS - 1) + " members",
                filledSeconds,
                "s",
                String.format(Locale.ROOT, "%.2f s for each member, once after a start", perStream)));
        return rows;
    }

    private static Row against(String which, double large, double small) {
        return new Row(
                "plan and encode one change for " + (CLUSTERS - 1) + " members, " + LARGE + " attachments, " + which,
                large,
                "us",
                String.format(Locale.ROOT, "%.0f us with %d attachments", small, SMALL),
                large / small,
                "O(change): at most " + RATIO_MAX + " x its own cost at " + SMALL,
                large <= RATIO_MAX * small);
    }

    /// The time of each change, in microseconds.
    private static Samples changeMicros(Mesh mesh) {
        for (int i = 0; i < WARM_UP; i++) {
            mesh.change(i);
        }
        double[] micros = new double[CHANGES];
        for (int i = 0; i < CHANGES; i++) {
            long start = System.nanoTime();
            mesh.change(WARM_UP + i);
            micros[i] = (System.nanoTime() - start) / 1e3;
        }
        return Samples.of(micros);
    }

    /// What is reachable, after collections; the last of several, since references are cleared in turns.
    private static double heapMib() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return (runtime.totalMemory() - runtime.freeMemory()) / MIB;
    }
}
