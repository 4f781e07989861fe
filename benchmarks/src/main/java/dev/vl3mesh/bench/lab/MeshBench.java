package dev.vl3mesh.bench.lab;

import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.bench.Samples;
import dev.vl3mesh.testbed.istio.IstioInstallation;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// HTTP between clusters through two sidecars, over a domain and in Istio's own way over several networks,
/// by turns on the same nodes.
public final class MeshBench implements Benchmark {
    private static final String DOMAIN = "bench";
    private static final int ROUNDS = 5;
    private static final int FRESH_PODS = 7;
    /// Calls per second at which neither side is busy.
    private static final int CALM = 200;
    private static final double FASTER = 1.1;
    private static final double SOONER = 0.9;
    private static final String PEER = "Istio multi-primary with gateways";

    private final LabSession session;

    /// @param session the lab to run on
    public MeshBench(LabSession session) {
        this.session = session;
    }

    @Override
    public String name() {
        return "mesh";
    }

    @Override
    public String about() {
        return "HTTP between clusters through sidecars, over a domain and through Istio's east-west gateways, in turns;"
                + " about 7 minutes";
    }

    @Override
    public Place place() {
        return Place.LAB;
    }

    /// What one side gave in all rounds.
    private static final class Side {
        final MeshSide mesh;
        final List<HttpLoad> full = new ArrayList<>();
        final List<HttpLoad> calm = new ArrayList<>();
        final List<Double> fresh = new ArrayList<>();

        Side(MeshSide mesh) {
            this.mesh = mesh;
        }
    }

    private static double median(List<HttpLoad> loads, ToDoubleFunction<HttpLoad> value) {
        return Samples.of(loads.stream().mapToDouble(value).toArray()).median();
    }

    @Override
    public List<Row> run() throws Exception {
        Lab lab = session.need();
        Progress progress = new Progress(System.err, false);
        Kubectl kubectl = new Kubectl(LabPaths.of(System.getenv()), session.commands());
        IstioInstallation istio = new IstioInstallation(lab, progress);
        try (Undo undo = new Undo()) {
            BenchDomain.make(lab, istio, DOMAIN, 29, undo);
            StockMesh stock = new StockMesh(lab, kubectl, istio);
            undo.later(stock::close);
            stock.install();
            MeshSide ours = new MeshSide(
                    lab, kubectl, "bench-domain", Map.of("vl3mesh.dev/domains", DOMAIN), DOMAIN + ".vl3.internal");
            undo.later(ours::close);
            MeshSide theirs =
                    new MeshSide(lab, kubectl, "bench-stock", Map.of("istio-injection", "enabled"), "cluster.local");
            undo.later(theirs::close);
            ours.start();
            theirs.start();
            return measure(new Side(ours), new Side(theirs));
        }
    }

    private static List<Row> measure(Side ours, Side theirs) throws IOException, InterruptedException {
        for (int round = 0; round <= ROUNDS; round++) {
            for (Side side : List.of(ours, theirs)) {
                HttpLoad full = side.mesh.load(0);
                HttpLoad calm = side.mesh.load(CALM);
                if (round > 0) { // the first one warms up
                    side.full.add(full);
                    side.calm.add(calm);
                }
            }
        }
        for (int i = 0; i < FRESH_PODS; i++) {
            for (Side side : List.of(ours, theirs)) {
                side.fresh.add(side.mesh.fresh());
            }
        }
        return rows(ours, theirs);
    }

    private static List<Row> rows(Side ours, Side theirs) {
        List<Row> rows = new ArrayList<>();
        double qps = median(ours.full, HttpLoad::qps);
        double otherQps = median(theirs.full, HttpLoad::qps);
        rows.add(Row.beside(
                "HTTP between clusters, 4 connections, as fast as it goes",
                qps,
                "calls/s",
                PEER,
                otherQps,
                "at least 1.1 x",
                qps >= FASTER * otherQps));
        rows.add(sooner("the same, p50", ours.full, theirs.full, HttpLoad::p50, "at most 0.9 x"));
        rows.add(sooner("the same, p99", ours.full, theirs.full, HttpLoad::p99, Row.NO_GOAL));
        rows.add(sooner("at " + CALM + " calls/s, p50", ours.calm, theirs.calm, HttpLoad::p50, "at most 0.9 x"));
        rows.add(sooner("at " + CALM + " calls/s, p99", ours.calm, theirs.calm, HttpLoad::p99, Row.NO_GOAL));
        double fresh = Samples.of(ours.fresh).median();
        double otherFresh = Samples.of(theirs.fresh).median();
        rows.add(Row.beside(
                "pod ready in west to the first call from east, median of " + FRESH_PODS,
                fresh,
                "s",
                PEER,
                otherFresh,
                "equal or faster",
                fresh <= otherFresh));
        rows.add(Row.beside(
                "the same, slowest of " + FRESH_PODS,
                Samples.of(ours.fresh).max(),
                "s",
                PEER,
                Samples.of(theirs.fresh).max(),
                Row.NO_GOAL,
                true));
        return rows;
    }

    private static Row sooner(
            String what, List<HttpLoad> ours, List<HttpLoad> theirs, ToDoubleFunction<HttpLoad> value, String goal) {
        double own = median(ours, value);
        double other = median(theirs, value);
        boolean met = goal.equals(Row.NO_GOAL) || own <= SOONER * other;
        return Row.beside(what, own, "ms", PEER, other, goal, met);
    }
}
