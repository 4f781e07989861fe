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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What a second mesh costs a pod: the same calls in the first one, by pods that are in it alone and by pods
/// that are in both, by turns.
public final class TwoMeshesBench implements Benchmark {
    private static final String FIRST = "bench";
    private static final String SECOND = "bench-second";
    private static final int ROUNDS = 7;
    private static final int FRESH_PODS = 9;
    private static final Path INSTANCES = Path.of("/proc/sys/fs/inotify/max_user_instances");
    private static final int INSTANCES_NEEDED = 1024;
    private static final int CROWD = 50;
    private static final double AS_CROWDED = 1.5;
    private static final double AS_FAST = 0.98;
    private static final double AS_SOON = 1.2;
    private static final String PEER = "pods in one mesh";

    private final LabSession session;

    /// @param session the lab to run on
    public TwoMeshesBench(LabSession session) {
        this.session = session;
    }

    @Override
    public String name() {
        return "two-meshes";
    }

    @Override
    public String about() {
        return "HTTP, start and memory of pods in two meshes beside pods in one, in turns; about 10 minutes";
    }

    @Override
    public Place place() {
        return Place.LAB;
    }

    /// What one side gave in all rounds.
    private static final class Side {
        final MeshSide mesh;
        final List<HttpLoad> loads = new ArrayList<>();
        final List<Double> starts = new ArrayList<>();

        Side(MeshSide mesh) {
            this.mesh = mesh;
        }

        double median(ToDoubleFunction<HttpLoad> value) {
            return Samples.of(loads.stream().mapToDouble(value).toArray()).median();
        }
    }

    @Override
    public List<Row> run() throws Exception {
        Lab lab = session.need();
        Progress progress = new Progress(System.err, false);
        Kubectl kubectl = new Kubectl(LabPaths.of(System.getenv()), session.commands());
        IstioInstallation istio = new IstioInstallation(lab, progress);
        try (Undo undo = new Undo()) {
            BenchDomain.make(lab, istio, FIRST, 29, undo);
            BenchDomain.make(lab, istio, SECOND, 30, undo);
            MeshSide one = side(lab, kubectl, "bench-one", FIRST, undo);
            MeshSide both = side(lab, kubectl, "bench-both", FIRST + "." + SECOND, undo);
            one.start();
            both.start();
            return measure(new Side(one), new Side(both));
        }
    }

    private static MeshSide side(Lab lab, Kubectl kubectl, String namespace, String domains, Undo undo) {
        MeshSide side =
                new MeshSide(lab, kubectl, namespace, Map.of("vl3mesh.dev/domains", domains), FIRST + ".vl3.internal");
        undo.later(side::close);
        return side;
    }

    private static List<Row> measure(Side one, Side both) throws IOException, InterruptedException {
        for (int round = 0; round <= ROUNDS; round++) {
            // whoever is first in one round is second in the next
            for (Side side : round % 2 == 0 ? List.of(one, both) : List.of(both, one)) {
                HttpLoad load = side.mesh.load(0);
                if (round > 0) { // the first one warms up
                    side.loads.add(load);
                }
            }
        }
        for (int i = 0; i < FRESH_PODS; i++) {
            for (Side side : List.of(one, both)) {
                side.starts.add(side.mesh.startUp());
            }
        }
        List<Row> rows = rows(one, both);
        rows.addAll(crowd(both));
        return rows;
    }

    /// Last, for so many pods make everything else slower.
    private static List<Row> crowd(Side both) throws IOException {
        allowInstances();
        double single = both.mesh.sidecarMebibytes();
        double first = both.mesh.many(CROWD);
        double second = both.mesh.many(2 * CROWD);
        double each = both.mesh.manyMebibytes() / (2 * CROWD);
        return List.of(
                Row.beside(
                        CROWD + " pods in two meshes beside " + CROWD + " on one node, wanted to all ready",
                        second,
                        "s",
                        "the first " + CROWD,
                        first,
                        "at most 1.5 x",
                        second <= AS_CROWDED * first),
                Row.beside(
                        "memory of a pod's sidecars (PSS), one of " + 2 * CROWD,
                        each,
                        "MiB",
                        "of one of two",
                        single,
                        "at most 1.2 x",
                        each <= AS_SOON * single));
    }

    /// All sidecars of one mesh on a node have one user, and each takes two instances of inotify; many kernels allow
    /// 128.
    private static void allowInstances() throws IOException {
        if (Integer.parseInt(Files.readString(INSTANCES).strip()) < INSTANCES_NEEDED) {
            Files.writeString(INSTANCES, Integer.toString(INSTANCES_NEEDED));
        }
    }

    private static List<Row> rows(Side one, Side both) throws IOException {
        List<Row> rows = new ArrayList<>();
        double qps = both.median(HttpLoad::qps);
        double otherQps = one.median(HttpLoad::qps);
        rows.add(Row.beside(
                "HTTP between clusters in the first mesh, 4 connections, as fast as it goes",
                qps,
                "calls/s",
                PEER,
                otherQps,
                "at least 0.98 x",
                qps >= AS_FAST * otherQps));
        double p50 = both.median(HttpLoad::p50);
        double otherP50 = one.median(HttpLoad::p50);
        rows.add(Row.beside("the same, p50", p50, "ms", PEER, otherP50, "at most 1.02 x", p50 <= otherP50 / AS_FAST));
        double start = Samples.of(both.starts).median();
        double otherStart = Samples.of(one.starts).median();
        rows.add(Row.beside(
                "pod created to ready, median of " + FRESH_PODS,
                start,
                "s",
                PEER,
                otherStart,
                "at most 1.2 x",
                start <= AS_SOON * otherStart));
        double memory = both.mesh.sidecarMebibytes();
        double otherMemory = one.mesh.sidecarMebibytes();
        rows.add(Row.beside(
                "memory of a pod's sidecars (PSS)",
                memory,
                "MiB",
                PEER,
                otherMemory,
                "at most 2 x: one sidecar more",
                memory <= 2 * otherMemory));
        return rows;
    }
}
