package dev.vl3mesh.xds.client;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps something connected for ever: opens it, waits for its end, waits a little longer after each failure, and
/// opens it again.
public final class StreamWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamWorker.class);
    private static final Duration BACKOFF_MIN = Duration.ofMillis(200);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(10);
    private static final Duration HEALTHY = Duration.ofSeconds(5);

    /// Opens something.
    public interface Opening {
        /// Opens it and returns what counts down when it has ended.
        CountDownLatch open();
    }

    private final String name;
    private final Opening opening;
    private final Thread thread;

    /// Starts the thread.
    ///
    /// @param name of the thread and in logs
    public StreamWorker(String name, Opening opening) {
        this.name = name;
        this.opening = opening;
        this.thread = Thread.ofVirtual().name(name).start(this::run);
    }

    private void run() {
        Duration backoff = BACKOFF_MIN;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                long start = System.nanoTime();
                try {
                    opening.open().await();
                } catch (RuntimeException e) {
                    LOG.info("{}: {}", name, e.getMessage());
                }
                boolean healthy = System.nanoTime() - start > HEALTHY.toNanos();
                backoff = healthy ? BACKOFF_MIN : min(backoff.multipliedBy(2));
                // jitter, so that agents do not all come back in the same instant
                TimeUnit.MILLISECONDS.sleep(
                        ThreadLocalRandom.current().nextLong(backoff.toMillis() / 2, backoff.toMillis()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private static Duration min(Duration backoff) {
        return backoff.compareTo(BACKOFF_MAX) < 0 ? backoff : BACKOFF_MAX;
    }

    /// Ends the thread; what is open stays with its owner.
    @Override
    public void close() {
        thread.interrupt();
    }
}
