package dev.vl3mesh.agent.state;

import dev.vl3mesh.model.plan.SnapshotDelta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the thread that writes the journal, so that a slow disk delays nobody.
public final class JournalWorker {
    private static final Logger log = LoggerFactory.getLogger(JournalWorker.class);
    /// A second's loss by a power cut is sent again by the control plane.
    private static final long BATCH_MILLIS = 1_000;

    /// Bounded, because a full disk must not eat the memory too; what is offered beyond is only missing on
    /// disk.
    private static final int QUEUE_DELTAS_MAX = 10_000;

    private final ResourceJournal journal;
    private final BlockingQueue<SnapshotDelta> queue = new LinkedBlockingQueue<>(QUEUE_DELTAS_MAX);
    private final Thread thread;
    private volatile boolean running = true;
    private boolean broken;

    /// Takes the journal over.
    public JournalWorker(ResourceJournal journal) {
        this.journal = journal;
        this.thread = Thread.ofPlatform().name("vl3-state").daemon().unstarted(this::run);
    }

    /// Starts the thread.
    public void start() {
        thread.start();
    }

    /// Writes what is left and ends the thread.
    public void stop() throws InterruptedException {
        running = false;
        thread.interrupt();
        thread.join();
    }

    /// Hands over a change.
    ///
    /// @return false where too much waits already, and the change is not kept
    public boolean offer(SnapshotDelta delta) {
        return queue.offer(delta);
    }

    private void run() {
        List<SnapshotDelta> batch = new ArrayList<>();
        while (running) {
            try {
                batch.add(queue.take());
                TimeUnit.MILLISECONDS.sleep(BATCH_MILLIS);
            } catch (InterruptedException e) {
                log.debug("state: stopping");
            }
            write(batch);
        }
        write(batch);
        try {
            journal.close();
        } catch (IOException e) {
            log.warn("state: closing the journal: {}", e.getMessage());
        }
    }

    private void write(List<SnapshotDelta> batch) {
        queue.drainTo(batch);
        try {
            journal.append(batch);
            broken = false;
        } catch (IOException e) {
            if (!broken) {
                log.error(
                        "state: the journal can't be written: {}; this agent works on, but a restart without its "
                                + "control plane would not know what changes now",
                        e.getMessage());
                broken = true;
            }
        }
        batch.clear();
    }
}
