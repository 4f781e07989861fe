package dev.vl3mesh.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a change costs in a mesh of 100 clusters with 100,000 attachments, beside what it costs with 1,000; and how
/// much memory the home's control plane needs for them.
final class PlanBench implements Benchmark {
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
    public List<Row> run() {
        List<Row> rows = new ArrayList<>();
        double[] small = changeMicros(new Mesh(CLUSTERS, SMALL / CLUSTERS));
        double heapBefore = heapMib();
        long start = System.nanoTime();
        Mesh mesh = new Mesh(CLUSTERS, LARGE / CLUSTERS);
        double filledSeconds = (System.nanoTime() - start) / 1e9;
        double heap = heapMib() - heapBefore;
        double[] large = changeMicros(mesh);
        rows.add(against("median", percentile(large, 50), percentile(small, 50)));
        rows.add(against("p99", percentile(large, 99), percentile(small, 99)));
        rows.add(new Row(
                "heap of the home's plan, store and " + (CLUSTERS - 1) + " streams, " + LARGE + " attachments, "
                        + mesh.resources() + " resources",
                heap,
                "MiB",
                "1024 MiB",
                heap / 1024,
                "under 1 GiB",
                heap < 1024));
        double perStream = filledSeconds / (CLUSTERS - 1);
        rows.add(new Row(
                "plan, store and encode everything from nothing, for all " + (CLUSTERS - 1) + " members",
                filledSeconds,
                "s",
                String.format(Locale.ROOT, "%.2f s for each member", perStream),
                filledSeconds / perStream,
                "no goal: once after a start",
                true));
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

    /// The time of each change, sorted, in microseconds.
    private static double[] changeMicros(Mesh mesh) {
        for (int i = 0; i < WARM_UP; i++) {
            mesh.change(i);
        }
        double[] micros = new double[CHANGES];
        for (int i = 0; i < CHANGES; i++) {
            long start = System.nanoTime();
            mesh.change(WARM_UP + i);
            micros[i] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(micros);
        return micros;
    }

    private static double percentile(double[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
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
