package dev.vl3mesh.testbed.lab;

import java.io.PrintStream;
import java.util.Locale;

/// Lines that say what is being done and how long it has taken so far.
public final class Progress {
    private final PrintStream out;
    private final boolean verbose;
    private final long startNanos = System.nanoTime();

    /// Starts to count.
    ///
    /// @param verbose whether [#detail] prints
    public Progress(PrintStream out, boolean verbose) {
        this.out = out;
        this.verbose = verbose;
    }

    /// Says that something is done.
    public synchronized void step(String text) {
        out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds(), text);
        out.flush();
    }

    /// Says what only the curious want to know.
    public synchronized void detail(String text) {
        if (verbose) {
            out.printf(Locale.ROOT, "%6.1f s    %s%n", seconds(), text);
        }
    }

    /// Seconds since the start.
    public double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
