package dev.vl3mesh.bench;

import dev.vl3mesh.bench.agent.AgentBench;
import dev.vl3mesh.bench.agent.DnsBench;
import dev.vl3mesh.bench.lab.CarrierBench;
import dev.vl3mesh.bench.lab.LabBench;
import dev.vl3mesh.bench.lab.LabSession;
import dev.vl3mesh.bench.lab.MeshBench;
import dev.vl3mesh.bench.lab.PodBench;
import dev.vl3mesh.bench.lab.RouteBench;
import dev.vl3mesh.bench.lab.TwoMeshesBench;
import dev.vl3mesh.bench.plan.PlanBench;
import dev.vl3mesh.bench.tunnel.TunnelBench;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// `./vl3 bench [NAME] [--json]`: measures, prints rows, and keeps them with their conditions.
public final class BenchMain {
    private static final String FLAT = "flat";

    private BenchMain() {}

    /// Those of the flat network, in the order of `flat`, which runs all of them.
    private static List<Benchmark> flat(LabSession lab) {
        return List.of(
                new PlanBench(),
                new AgentBench(),
                new DnsBench(),
                new LabBench(lab),
                new PodBench(lab),
                new RouteBench(lab),
                new CarrierBench(lab));
    }

    private static List<Benchmark> all(LabSession lab) {
        List<Benchmark> all = new ArrayList<>(flat(lab));
        all.add(new MeshBench(lab));
        all.add(new TwoMeshesBench(lab));
        all.add(new TunnelBench());
        return all;
    }

    /// Runs one benchmark, or all of the flat network. Exits with 1 if one can't be measured, with 2 for a
    /// wrong call.
    ///
    /// @param args the folder for results, then a name or nothing, and perhaps `--json`
    public static void main(String[] args) throws Exception {
        List<String> words = new ArrayList<>(Arrays.asList(args));
        if (words.getFirst().equals(Alone.FLAG)) {
            System.out.println(Results.json(
                    chosen(words.get(1), new LabSession()).getFirst().run()));
            return;
        }
        boolean json = words.remove("--json");
        Path folder = Path.of(words.removeFirst()).toAbsolutePath();
        String name = words.isEmpty() ? FLAT : words.getFirst();
        List<Row> rows = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        Conditions before = Conditions.now(folder.resolveSibling("src"));
        try (LabSession lab = new LabSession()) {
            for (Benchmark benchmark : chosen(name, lab)) {
                System.err.println("bench: " + benchmark.about());
                try {
                    rows.addAll(
                            benchmark.place() == Benchmark.Place.ALONE ? Alone.run(benchmark.name()) : benchmark.run());
                } catch (Exception e) {
                    // the others can be measured all the same
                    System.err.println("bench " + benchmark.name() + " failed:");
                    e.printStackTrace();
                    failed.add(benchmark.name());
                }
            }
        }
        if (failed.isEmpty()) {
            Results.keep(folder, name, before.ended(), rows);
        }
        if (json) {
            System.out.println(Results.json(rows));
        } else {
            Results.print(rows, System.out);
        }
        if (!failed.isEmpty()) {
            System.err.println("bench: not measured: " + String.join(", ", failed) + "; nothing was kept");
            System.exit(1);
        }
    }

    private static List<Benchmark> chosen(String name, LabSession lab) {
        List<Benchmark> all = all(lab);
        List<Benchmark> chosen = name.equals(FLAT)
                ? flat(lab)
                : all.stream().filter(b -> b.name().equals(name)).toList();
        if (chosen.isEmpty()) {
            System.err.println("there is no benchmark '" + name + "': "
                    + all.stream().map(Benchmark::name).collect(Collectors.joining(", ")) + ", or " + FLAT
                    + " for all of the flat network");
            System.exit(2);
        }
        return chosen;
    }
}
