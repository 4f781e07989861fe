package dev.vl3mesh.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Rows as they are kept and shown.
final class Results {
    private Results() {}

    static String json(List<Row> rows) {
        return rows.stream().map(row -> "  " + row.json()).collect(Collectors.joining(",\n", "[\n", "\n]"));
    }

    /// Keeps rows with their conditions: for programs in `<name>.json`, for people in `<name>.md`.
    static void keep(Path folder, String name, Conditions conditions, List<Row> rows) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve(name + ".json"),
                "{\"conditions\": " + conditions.json() + ",\n\"rows\": " + json(rows) + "}\n");
        Files.writeString(folder.resolve(name + ".md"), markdown(name, conditions, rows));
    }

    static String markdown(String name, Conditions conditions, List<Row> rows) {
        StringBuilder out = new StringBuilder("# `./vl3 bench " + name + "`\n\n" + conditions.sentence() + "\n\n");
        out.append("| what | value | against | ratio | goal | met |\n| --- | --- | --- | --- | --- | --- |\n");
        for (Row row : rows) {
            out.append(String.format(
                    Locale.ROOT,
                    "| %s | %s %s | %s | %s | %s | %s |%n",
                    row.what(),
                    Json.number(row.value()),
                    row.unit(),
                    row.against(),
                    Double.isFinite(row.ratio()) ? Json.number(row.ratio()) : "",
                    row.hasGoal() ? row.goal() : "",
                    row.hasGoal() ? row.met() ? "yes" : "**no**" : ""));
        }
        return out.toString();
    }

    static void print(List<Row> rows, PrintStream out) {
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-4s %s: %s %s (%s%s)%n     goal: %s%n",
                    row.hasGoal() ? row.met() ? "met" : "MISS" : "",
                    row.what(),
                    Json.number(row.value()),
                    row.unit(),
                    row.against(),
                    Double.isFinite(row.ratio()) ? "; " + Json.number(row.ratio()) + " x" : "",
                    row.goal());
        }
    }
}
