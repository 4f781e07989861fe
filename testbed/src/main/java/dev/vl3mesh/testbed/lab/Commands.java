package dev.vl3mesh.testbed.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs programs of the machine.
public final class Commands {
    private static final long TIMEOUT_SECONDS = 120;

    private final Progress progress;

    /// Makes a runner.
    ///
    /// @param progress hears of each command
    public Commands(Progress progress) {
        this.progress = progress;
    }

    /// What a program did.
    ///
    /// @param output what it printed, errors included
    public record Result(int exitCode, String output) {
        /// Whether it went well.
        public boolean ok() {
            return exitCode == 0;
        }
    }

    /// Runs a program and returns what it printed.
    ///
    /// @throws LabException if it fails, with its output
    public String run(String... command) {
        return run(List.of(command));
    }

    /// Runs a program and returns what it printed.
    ///
    /// @throws LabException if it fails, with its output
    public String run(List<String> command) {
        Result result = attempt(command);
        if (!result.ok()) {
            throw new LabException(String.join(" ", command) + ": exit code " + result.exitCode() + ": "
                    + result.output().strip());
        }
        return result.output();
    }

    /// Runs a program that may fail.
    ///
    /// @throws LabException if it can't be started or doesn't end within two minutes
    public Result attempt(List<String> command) {
        return attempt(command, Path.of("/dev/null"));
    }

    /// Runs a program that may fail, with a file as its standard input.
    ///
    /// @throws LabException if it can't be started or doesn't end within two minutes
    public Result attempt(List<String> command, Path input) {
        progress.detail(String.join(" ", command));
        try {
            Path file = Files.createTempFile("vl3-command", ".out");
            Process process;
            FileChannel output;
            try {
                process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(input.toFile())
                        .redirectOutput(file.toFile())
                        .start();
                output = FileChannel.open(file);
            } finally {
                Files.delete(file); // while it is open, so that nothing of it is left where we are killed
            }
            try (InputStream printed = Channels.newInputStream(output)) {
                if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new LabException(String.join(" ", command) + ": no end after " + TIMEOUT_SECONDS + " s");
                }
                return new Result(process.exitValue(), new String(printed.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new LabException(command.getFirst() + " can't be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while running " + command.getFirst(), e);
        }
    }
}
