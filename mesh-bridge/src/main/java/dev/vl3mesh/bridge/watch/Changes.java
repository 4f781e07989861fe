package dev.vl3mesh.bridge.watch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Changes that wait for the one thread that looks at them. Bounded by the number of objects, since a change of an
/// object that waits already adds nothing.
public final class Changes {
    private final Semaphore arrived = new Semaphore(0);
    private Set<Change> waiting = new LinkedHashSet<>();

    /// Adds a change, from any thread.
    public void add(Change change) {
        synchronized (this) {
            waiting.add(change);
        }
        arrived.release();
    }

    /// Wakes the waiting thread though nothing of these changed.
    public void wake() {
        arrived.release();
    }

    /// Waits until there is something, or the time is over.
    public void await(long timeoutMillis) throws InterruptedException {
        var _ = arrived.tryAcquire(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    /// Takes all that wait, in the order in which they came.
    public List<Change> drain() {
        arrived.drainPermits();
        synchronized (this) {
            List<Change> taken = new ArrayList<>(waiting);
            waiting = new LinkedHashSet<>();
            return taken;
        }
    }

    /// The number of objects that wait.
    public synchronized int waiting() {
        return waiting.size();
    }
}
