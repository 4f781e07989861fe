package dev.vl3mesh.bench.lab;

import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The lab that benchmarks share. One that is up is used as it is and stays up; else it is brought up for the first
/// benchmark that needs it and taken down in the end.
public final class LabSession implements AutoCloseable {
    private final Map<String, String> environment = System.getenv();
    private Optional<Undo> ours = Optional.empty();

    /// Whether a lab is up.
    boolean running() {
        return lab().running();
    }

    private Lab lab() {
        return new Lab(LabPaths.of(environment), new Progress(System.err, false));
    }

    /// The lab, up.
    Lab need() {
        if (!running()) {
            up();
        }
        return lab();
    }

    /// Runs commands of the machine.
    Commands commands() {
        return new Commands(new Progress(System.err, false));
    }

    /// Brings the lab up by the launcher, as a user would.
    ///
    /// @return seconds
    double up() {
        if (ours.isEmpty()) {
            Undo undo = new Undo();
            undo.later(() -> launcher("lab", "down"));
            ours = Optional.of(undo);
        }
        return launcher("lab", "up");
    }

    /// Runs the demo by the launcher, which brings the lab up.
    ///
    /// @return seconds
    double demo() {
        if (ours.isEmpty()) {
            throw new IllegalStateException("the demo is measured on a lab of our own");
        }
        return launcher("demo");
    }

    /// Takes the lab down by the launcher.
    void down() {
        launcher("lab", "down");
    }

    private double launcher(String... words) {
        List<String> command = new ArrayList<>(List.of(environment.getOrDefault("VL3_LAUNCHER", "./vl3")));
        command.addAll(List.of(words));
        long start = System.nanoTime();
        try {
            // what it prints is progress for people; rows alone go to standard output
            Process process =
                    new ProcessBuilder(withRedirection(command)).inheritIO().start();
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": exit code " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<String> withRedirection(List<String> command) {
        List<String> line = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" >&2", "launcher"));
        line.addAll(command);
        return line;
    }

    @Override
    public void close() {
        ours.ifPresent(Undo::close);
    }
}
