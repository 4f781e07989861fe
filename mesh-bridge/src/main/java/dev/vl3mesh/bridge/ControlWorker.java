package dev.vl3mesh.bridge;

import dev.vl3mesh.bridge.link.HomeLinks;
import dev.vl3mesh.bridge.publish.Publisher;
import dev.vl3mesh.bridge.reconcile.Reconciler;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.bridge.watch.StateReader;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ClusterState;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that looks at the cluster after each change, and at least every two seconds: publishes, and if this
/// replica leads, writes. Many changes in a row
/// are looked at once.
final class ControlWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlWorker.class);
    private static final long TICK_MILLIS = 2000;
    private static final long GATHER_MILLIS = 20;

    private final KubeClusterName cluster;
    private final ClusterCache cache;
    private final Publisher publisher;
    private final Reconciler reconciler;
    private final HomeLinks links;
    private final InstantSource clock;
    private final Semaphore changes;
    private final Thread thread;
    private volatile boolean leading;
    private volatile boolean published;

    ControlWorker(
            KubeClusterName cluster,
            ClusterCache cache,
            Semaphore changes,
            Publisher publisher,
            Reconciler reconciler,
            HomeLinks links,
            InstantSource clock) {
        this.cluster = cluster;
        this.cache = cache;
        this.changes = changes;
        this.publisher = publisher;
        this.reconciler = reconciler;
        this.links = links;
        this.clock = clock;
        this.thread = Thread.ofPlatform()
                .name("control")
                .uncaughtExceptionHandler((_, e) -> {
                    LOG.error("the control thread ended, and so does the process", e);
                    Runtime.getRuntime().halt(1);
                })
                .unstarted(this::run);
    }

    ControlWorker start() {
        thread.start();
        return this;
    }

    /// From now on this replica writes.
    void lead() {
        leading = true;
        changes.release();
    }

    boolean leading() {
        return leading;
    }

    /// Whether everything was published at least once.
    boolean published() {
        return published;
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                var _ = changes.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS);
                TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
                changes.drainPermits();
                if (cache.synced()) {
                    pass();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void pass() {
        try {
            ClusterState state = StateReader.read(cluster, cache);
            publisher.publish(state);
            published = true;
            if (leading) {
                reconciler.reconcile(state, clock.instant());
                links.reconcile(clock.instant());
            }
        } catch (KubernetesClientException | IllegalArgumentException e) {
            LOG.warn("a pass over the cluster ended early, the next one tries again: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        links.close();
    }
}
