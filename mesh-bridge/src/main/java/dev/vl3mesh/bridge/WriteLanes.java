package dev.vl3mesh.bridge;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Runs writes to the API server side by side, since each waits for etcd's disk: a hundred pods that come at once are
/// bound in the time of a few.
final class WriteLanes implements Consumer<List<Runnable>>, AutoCloseable {
    private static final int LANES = 16;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore lanes = new Semaphore(LANES);

    @Override
    public void accept(List<Runnable> writes) {
        List<Callable<Object>> calls = new ArrayList<>();
        for (Runnable write : writes) {
            calls.add(() -> {
                lanes.acquire();
                try {
                    write.run();
                } finally {
                    lanes.release();
                }
                return calls;
            });
        }
        try {
            for (Future<Object> done : threads.invokeAll(calls)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a write failed in a way that it should have handled", e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
