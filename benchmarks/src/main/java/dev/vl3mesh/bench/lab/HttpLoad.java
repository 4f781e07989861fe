package dev.vl3mesh.bench.lab;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vl3mesh.testbed.lab.Commands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// HTTP from a pod, by fortio in it.
///
/// @param qps answered per second
/// @param p50 milliseconds
/// @param p99 milliseconds
record HttpLoad(double qps, double p50, double p99) {
    private static final int SECONDS = 8;
    private static final int CONNECTIONS = 4;
    private static final String REPORT = "/tmp/load.json";
    private static final double MILLIS = 1e3;

    /// Where it is run.
    interface Place {
        Commands.Result run(String... command);
    }

    /// Calls over connections that stay.
    ///
    /// @param qps how often; 0 for as often as answers come
    /// @throws IOException if a call fails
    static HttpLoad measure(Place place, String url, int qps) throws IOException {
        List<String> command = new ArrayList<>(List.of("fortio", "load", "-quiet", "-p", "50,99"));
        command.addAll(List.of("-c", Integer.toString(CONNECTIONS), "-qps", Integer.toString(qps)));
        command.addAll(List.of("-t", SECONDS + "s", "-json", REPORT, url));
        Commands.Result ran = place.run(command.toArray(String[]::new));
        if (!ran.ok()) {
            throw new IOException("fortio: " + ran.output());
        }
        return of(place.run("cat", REPORT).output());
    }

    /// Reads fortio's report.
    ///
    /// @throws IOException with it, if there were other answers than 200
    static HttpLoad of(String report) throws IOException {
        JsonObject json = JsonParser.parseString(report).getAsJsonObject();
        JsonObject codes = json.getAsJsonObject("RetCodes");
        if (codes.size() != 1 || !codes.has("200")) {
            throw new IOException("answers by status: " + codes);
        }
        return new HttpLoad(json.get("ActualQPS").getAsDouble(), percentile(json, 50), percentile(json, 99));
    }

    private static double percentile(JsonObject json, int percent) throws IOException {
        for (JsonElement one : json.getAsJsonObject("DurationHistogram").getAsJsonArray("Percentiles")) {
            if (one.getAsJsonObject().get("Percentile").getAsInt() == percent) {
                return one.getAsJsonObject().get("Value").getAsDouble() * MILLIS;
            }
        }
        throw new IOException("fortio does not tell percentile " + percent + ": " + json);
    }
}
