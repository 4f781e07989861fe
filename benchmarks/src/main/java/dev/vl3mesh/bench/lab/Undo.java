package dev.vl3mesh.bench.lab;

import java.util.ArrayDeque;
import java.util.Deque;

/// Takes back what a benchmark did, the last first; also when the process is interrupted in the middle.
final class Undo implements AutoCloseable {
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final Thread hook = new Thread(this::undo, "bench-undo");

    Undo() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Adds what is to be done in the end.
    synchronized void later(Runnable step) {
        steps.push(step);
    }

    private synchronized void undo() {
        RuntimeException first = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (RuntimeException e) {
                // what can be taken back is taken back
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the hook runs already
        }
        undo();
    }
}
