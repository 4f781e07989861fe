package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.state.Change;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.agent.state.SandboxListener;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the thread that changes what is attached on this node; everybody else hands it events.
public final class NodeWorker implements SandboxListener {
    private static final Logger log = LoggerFactory.getLogger(NodeWorker.class);
    private static final int QUEUE_EVENTS_MAX = 10_000;
    private static final long TICK_MILLIS = 1_000;
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final BlockingQueue<NodeEvent> events = new ArrayBlockingQueue<>(QUEUE_EVENTS_MAX);
    private final NodeAttacher attacher;
    private final Consumer<NodeStatus> statusListener;
    private final Thread thread;
    private volatile boolean running = true;
    private volatile long roundNanos = System.nanoTime();
    private volatile NodeStatus status = NodeStatus.EMPTY;

    /// @param changes hears of every real change of the resources, on this worker's thread
    /// @param statusListener hears of every new status, on this worker's thread
    /// @param fatal gets what should never be thrown; the thread is dead then
    public NodeWorker(
            NodeContext node,
            Consumer<List<Change>> changes,
            Consumer<NodeStatus> statusListener,
            Thread.UncaughtExceptionHandler fatal) {
        this.attacher = new NodeAttacher(node, changes);
        this.statusListener = statusListener;
        this.thread = Thread.ofPlatform()
                .name("vl3-node")
                .uncaughtExceptionHandler(fatal)
                .unstarted(this::run);
    }

    /// Starts the thread.
    public void start() {
        thread.start();
    }

    /// Ends the thread and leaves everything attached as it is.
    public void stop() throws InterruptedException {
        running = false;
        thread.interrupt();
        thread.join();
    }

    /// Whether the thread has come round lately. Attaching many pods takes moments, never this long.
    public boolean isResponsive() {
        return System.nanoTime() - roundNanos < STUCK_NANOS;
    }

    /// What is attached now.
    public NodeStatus status() {
        return status;
    }

    /// Takes a change of resources, from the control plane or from the last good copy on disk.
    public void learn(SnapshotDelta delta) {
        put(new NodeEvent.Learnt(delta));
    }

    /// Says that everything the control plane has for this node was learnt.
    public void complete() {
        put(new NodeEvent.Complete());
    }

    /// Takes a domain's newly measured MTU, in bytes of an inner packet.
    public void measured(DomainName domain, int mtu) {
        put(new NodeEvent.Measured(domain, mtu));
    }

    @Override
    public CompletionStage<Void> started(Sandbox sandbox) {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        put(new NodeEvent.SandboxStarted(sandbox, System.nanoTime(), settled));
        return settled;
    }

    @Override
    public void stopped(String sandboxId) {
        put(new NodeEvent.SandboxStopped(sandboxId, System.nanoTime()));
    }

    @Override
    public void listed(List<Sandbox> sandboxes, long asOfNanos) {
        put(new NodeEvent.SandboxesListed(sandboxes, asOfNanos));
    }

    private void put(NodeEvent event) {
        try {
            events.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<NodeEvent> batch = new ArrayList<>();
        long tickedNanos = System.nanoTime();
        while (running) {
            try {
                NodeEvent first = events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    events.drainTo(batch);
                }
            } catch (InterruptedException e) {
                log.debug("node worker: interrupted");
            }
            long nowNanos = System.nanoTime();
            roundNanos = nowNanos;
            attacher.handle(batch);
            batch.clear();
            if (nowNanos - tickedNanos >= TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS)) {
                attacher.tick(nowNanos);
                tickedNanos = nowNanos;
            }
            publish(attacher.status(nowNanos));
        }
        attacher.release();
    }

    private void publish(NodeStatus now) {
        if (!now.equals(status)) {
            status = now;
            statusListener.accept(now);
        }
    }
}
