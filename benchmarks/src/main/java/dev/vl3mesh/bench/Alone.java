package dev.vl3mesh.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Runs a benchmark in a process of its own that is a small machine: network, mount and process namespaces of its own,
/// an empty `/run/netns`, and loopback up. Whatever the benchmark makes there ends with the process, and the process
/// ends with this one, however this one ends.
final class Alone {
    /// The first word of such a process's command line, see [BenchMain].
    static final String FLAG = "--alone";

    private static final String SET_UP = "set -e; mkdir -p /run/netns; mount -t tmpfs netns /run/netns;"
            + " mount -t sysfs sysfs /sys; ip link set lo up; exec \"$@\"";

    private Alone() {}

    /// Runs the named benchmark.
    ///
    /// @throws IOException if it fails; it has said why on standard error
    static List<Row> run(String name) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--pdeathsig",
                "KILL",
                "unshare",
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--mount-proc",
                "--kill-child",
                "sh",
                "-c",
                SET_UP,
                "alone"));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BenchMain.class.getName(), FLAG, name));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException("bench " + name + " in namespaces of its own: exit code " + exit
                    + "; needs root, and what it printed above says more");
        }
        try {
            return rows(output);
        } catch (JsonParseException | IllegalStateException e) {
            throw new IOException("bench " + name + " printed no rows: " + output, e);
        }
    }

    /// Reads rows as [Results#json] writes them.
    static List<Row> rows(String json) {
        return JsonParser.parseString(json).getAsJsonArray().asList().stream()
                .map(row -> row(row.getAsJsonObject()))
                .toList();
    }

    private static Row row(JsonObject json) {
        return new Row(
                json.get("what").getAsString(),
                number(json.get("value")),
                json.get("unit").getAsString(),
                json.get("against").getAsString(),
                number(json.get("ratio")),
                json.get("goal").getAsString(),
                json.get("met").getAsBoolean());
    }

    /// JSON has no word for what is not a number.
    private static double number(JsonElement json) {
        return json.isJsonNull() ? Double.NaN : json.getAsDouble();
    }
}
