package dev.vl3mesh.ctl.connectivity;

import dev.vl3mesh.ctl.cluster.CtlException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Owns the threads of a test: one for each pod that probes, and one that cleans up if the process is told to end
/// before [#close].
final class ProbeWorker implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread hook;

    ProbeWorker(Runnable cleanUp) {
        hook = new Thread(cleanUp, "clean-up");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Does all at once, and gives the answers in the order of the questions.
    <T> List<T> all(List<Callable<T>> questions) {
        try {
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

    /// Ends the threads; from now on nothing has to be cleaned up.
    @Override
    public void close() {
        threads.shutdownNow();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
