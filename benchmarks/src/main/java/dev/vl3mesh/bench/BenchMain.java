package dev.vl3mesh.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// `./vl3 bench [NAME] [--json]`: measures, prints rows, and keeps them with their conditions.
public final class BenchMain {
    /// All benchmarks, in the order of `flat`, which runs all of them.
    private static final List<Benchmark> ALL = List.of(new PlanBench());

    private static final String FLAT = "flat";

    private BenchMain() {}

    /// Runs one benchmark, or all.
    ///
    /// @param args the folder for results, then a name or nothing, and perhaps `--json`
    public static void main(String[] args) throws Exception {
        List<String> words = new ArrayList<>(Arrays.asList(args));
        boolean json = words.remove("--json");
        Path results = Path.of(words.removeFirst());
        String name = words.isEmpty() ? FLAT : words.getFirst();
        List<Benchmark> chosen = name.equals(FLAT)
                ? ALL
                : ALL.stream().filter(b -> b.name().equals(name)).toList();
        if (chosen.isEmpty()) {
            System.err.println("there is no benchmark '" + name + "': "
                    + ALL.stream().map(Benchmark::name).collect(Collectors.joining(", ")) + ", or " + FLAT
                    + " for all");
            System.exit(2);
        }
        List<Row> rows = new ArrayList<>();
        for (Benchmark benchmark : chosen) {
            System.err.println("bench: " + benchmark.about());
            rows.addAll(benchmark.run());
        }
        keep(results.resolve(name + ".json"), rows);
        if (json) {
            System.out.println(array(rows));
        } else {
            print(rows, System.out);
        }
    }

    private static String array(List<Row> rows) {
        return rows.stream().map(row -> "  " + row.json()).collect(Collectors.joining(",\n", "[\n", "\n]"));
    }

    private static void keep(Path file, List<Row> rows) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, "{\"conditions\": " + Conditions.now().json() + ",\n\"rows\": " + array(rows) + "}\n");
    }

    private static void print(List<Row> rows, PrintStream out) {
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-4s %s: %s %s (%s; %s x)%n     goal: %s%n",
                    row.met() ? "met" : "MISS",
                    row.what(),
                    Json.number(row.value()),
                    row.unit(),
                    row.against(),
                    Json.number(row.ratio()),
                    row.goal());
        }
    }
}
