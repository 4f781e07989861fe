package dev.vl3mesh.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Stream;

/// Under what conditions a result was measured, so that results can be compared or told apart.
///
/// @param at when measuring began
/// @param memoryMib the machine's memory
/// @param commit the commit that was measured, with `-dirty` where files differ from it
/// @param loadBefore processes that wanted a processor in the last minute before measuring began: more than a few
///     tenths means that somebody else was at work
/// @param loadAfter the same as measuring ended
record Conditions(
        Instant at,
        String processor,
        int processors,
        long memoryMib,
        String kernel,
        String java,
        String commit,
        double loadBefore,
        double loadAfter) {
    /// @param sources a folder of the sources that are measured
    static Conditions now(Path sources) {
        return new Conditions(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                firstLine(Path.of("/proc/cpuinfo"), "model name"),
                Runtime.getRuntime().availableProcessors(),
                readMemoryMib(),
                System.getProperty("os.version", ""),
                Runtime.version().toString(),
                commitOf(sources),
                load(),
                load());
    }

    Conditions ended() {
        return new Conditions(at, processor, processors, memoryMib, kernel, java, commit, loadBefore, load());
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static long readMemoryMib() {
        String digits = firstLine(Path.of("/proc/meminfo"), "MemTotal").replaceAll("[^0-9]", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits) / 1024;
    }

    private static String firstLine(Path file, String start) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(start))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private static String commitOf(Path sources) {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
                    .directory(sources.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return text.isEmpty() ? "unknown" : text;
        } catch (IOException e) {
            return "unknown"; // sources without their history are as good
        }
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"at\": %s, \"processor\": %s, \"processors\": %d, \"memoryMib\": %d, \"kernel\": %s, \"java\": %s,"
                        + " \"commit\": %s, \"loadBefore\": %s, \"loadAfter\": %s}",
                Json.text(at.toString()),
                Json.text(processor),
                processors,
                memoryMib,
                Json.text(kernel),
                Json.text(java),
                Json.text(commit),
                Json.number(loadBefore),
                Json.number(loadAfter));
    }

    String sentence() {
        return String.format(
                Locale.ROOT,
                "Measured %s at commit %s on %d processors (%s), %d MiB, Linux %s, Java %s; load before %.2f, after"
                        + " %.2f.",
                at,
                commit,
                processors,
                processor,
                memoryMib,
                kernel,
                java,
                loadBefore,
                loadAfter);
    }
}
