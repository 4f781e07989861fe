package dev.vl3mesh.bench.lab;

import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// How long the lab takes to come up, the demo to go through, and what two clusters with vl3mesh cost at rest.
public final class LabBench implements Benchmark {
    private static final double UP_SECONDS_MAX = 40;
    private static final double DEMO_SECONDS_MAX = 90;
    private static final double RESIDENT_MIB_MAX = 3 * 1024;
    private static final double CORE_PERCENT_MAX = 20;
    private static final long SETTLE_SECONDS = 30;
    private static final long REST_SECONDS = 60;

    private final LabSession session;

    /// @param session where the lab stays up for later benchmarks
    public LabBench(LabSession session) {
        this.session = session;
    }

    @Override
    public String name() {
        return "lab";
    }

    @Override
    public String about() {
        return "the demo and the lab from nothing, then the lab at rest; about 4 min";
    }

    @Override
    public Place place() {
        return Place.LAB;
    }

    @Override
    public List<Row> run() throws Exception {
        if (session.running()) {
            throw new IOException("a lab is up, and this measures how one comes up: ./vl3 lab down");
        }
        List<Row> rows = new ArrayList<>();
        double up = session.up();
        rows.add(Row.atMost("./vl3 lab up, everything built before, 2 clusters of 1 node", up, "s", UP_SECONDS_MAX));
        rows.addAll(rest(session.need()));
        session.down();
        rows.add(Row.atMost("./vl3 demo from nothing, everything built before", session.demo(), "s", DEMO_SECONDS_MAX));
        session.down();
        return rows;
    }

    private static List<Row> rest(Lab lab) throws InterruptedException {
        List<String> nodes =
                lab.clusters().stream().map(cluster -> cluster.node(1).netns()).toList();
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        Usage before = Usage.of(nodes);
        TimeUnit.SECONDS.sleep(REST_SECONDS);
        Usage after = Usage.of(nodes);
        double percent = 100 * (after.cpuSeconds() - before.cpuSeconds()) / REST_SECONDS;
        List<Row> rows = new ArrayList<>();
        rows.add(Row.atMost(
                "memory of the lab at rest, " + after.processes() + " processes, pages that are shared counted once",
                after.proportionalMib(),
                "MiB",
                RESIDENT_MIB_MAX));
        rows.add(Row.told(
                "memory of the lab at rest, sum of what is resident",
                after.residentMib(),
                "MiB",
                "counts shared pages" + " many times"));
        rows.add(Row.atMost(
                "processor time of the lab at rest, over " + REST_SECONDS + " s",
                percent,
                "% of a core",
                CORE_PERCENT_MAX));
        for (LabCluster cluster : lab.clusters()) {
            after.of(cluster.node(1).netns(), "dev.vl3mesh.")
                    .forEach((main, mib) -> rows.add(
                            Row.told("memory of " + main + " in " + cluster.name(), mib, "MiB", "resident, at rest")));
        }
        return rows;
    }
}
