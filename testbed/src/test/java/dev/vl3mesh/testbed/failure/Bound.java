package dev.vl3mesh.testbed.failure;

import dev.vl3mesh.testbed.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a failure may cost, as `docs/failures.md` promises it.
///
/// @param lossless whether no packet may be lost; otherwise those of the longest gap may
/// @param gap the longest time without an answer
/// @param connectionsStay whether TCP connections outlive it
/// @param pods from the failure's end until a pod that was made then is ready
/// @param well from the failure's end until all that was noticed of it is over
record Bound(boolean lossless, Duration gap, boolean connectionsStay, Duration pods, Duration well) {
    private static final Path PAGE = Path.of("../docs/failures.md");

    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| ([^|]+) \\| (none|while it lasts) \\| (\\d+) s \\| (stay|break) \\| (\\d+) s \\| (\\d+) s \\|$");

    /// The page's table, in its order.
    static Map<String, Bound> page() {
        Map<String, Bound> bounds = new LinkedHashMap<>();
        try {
            Matcher row = ROW.matcher(Files.readString(PAGE));
            while (row.find()) {
                bounds.put(
                        row.group(1),
                        new Bound(
                                row.group(2).equals("none"),
                                seconds(row.group(3)),
                                row.group(4).equals("stay"),
                                seconds(row.group(5)),
                                seconds(row.group(6))));
            }
        } catch (IOException e) {
            throw new LabException("reading " + PAGE + ": " + e.getMessage(), e);
        }
        return bounds;
    }

    private static Duration seconds(String number) {
        return Duration.ofSeconds(Integer.parseInt(number));
    }

    /// What the page promises of a failure.
    static Bound of(Failure failure) {
        Bound bound = page().get(failure.words());
        if (bound == null) {
            throw new LabException(PAGE + " has no row of '" + failure.words() + "'");
        }
        return bound;
    }
}
