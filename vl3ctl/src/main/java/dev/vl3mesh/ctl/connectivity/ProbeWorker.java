package dev.vl3mesh.ctl.connectivity;

import dev.vl3mesh.ctl.cluster.CtlException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Owns the threads of a test: one for each pod that probes, and one that cleans up when the process is interrupted.
final class ProbeWorker {
    private ProbeWorker() {}

    /// Does all at once, and gives the answers in the order of the questions.
    static <T> List<T> all(List<Callable<T>> questions) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> answers = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(questions)) {
                answers.add(future.get());
            }
            return answers;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CtlException("interrupted", e);
        }
    }

    /// Also cleans up when the process is told to end; close the answer once it has been done.
    static AutoCloseable onInterrupt(Runnable cleanUp) {
        Thread hook = new Thread(cleanUp, "clean-up");
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> Runtime.getRuntime().removeShutdownHook(hook);
    }
}
