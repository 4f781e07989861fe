package dev.vl3mesh.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Stream;

/// Under what conditions a result was measured, so that results can be compared or told apart.
///
/// @param load the number of processes that wanted a processor in the last minute, as measuring ended
record Conditions(Instant at, String processor, int processors, String kernel, String java, double load) {
    static Conditions now() {
        return new Conditions(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version", ""),
                Runtime.version().toString(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static String processorName() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch", ""));
        } catch (IOException e) {
            return System.getProperty("os.arch", "");
        }
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"at\": %s, \"processor\": %s, \"processors\": %d, \"kernel\": %s, \"java\": %s, \"load\": %s}",
                Json.text(at.toString()),
                Json.text(processor),
                processors,
                Json.text(kernel),
                Json.text(java),
                Json.number(load));
    }
}
