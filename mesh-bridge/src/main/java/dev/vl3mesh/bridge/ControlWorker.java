package dev.vl3mesh.bridge;

import dev.vl3mesh.bridge.link.HomeLinks;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.publish.Publisher;
import dev.vl3mesh.bridge.publish.ServiceAddresses;
import dev.vl3mesh.bridge.reconcile.Reconciler;
import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.metrics.Durations;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that looks at what changed in the cluster: publishes it, and if this replica leads, writes what
/// follows.
/// Many changes in a row are looked at once.
final class ControlWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlWorker.class);
    private static final long TICK_MILLIS = 2000;
    private static final long GATHER_MILLIS = 10;
    /// Everything is looked at again this often, in case that a change was missed.
    private static final Duration SWEEP = Duration.ofMinutes(5);
    /// How long a pass that is under way may take to end by itself, and then to end when it is interrupted.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ClusterCache cache;
    private final Changes changes;
    private final ServiceAddresses services;
    private final Publisher publisher;
    private final Reconciler reconciler;
    private final NodeReports reports;
    private final HomeLinks links;
    private final Durations passes;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean leading;
    private volatile boolean ending;
    private volatile boolean published;
    private volatile Instant publishedAt = Instant.MIN;
    private Instant sweepAt = Instant.MIN;
    private boolean toldAsLeader;

    ControlWorker(
            ClusterCache cache,
            Changes changes,
            ServiceAddresses services,
            Publisher publisher,
            Reconciler reconciler,
            NodeReports reports,
            HomeLinks links,
            Durations passes,
            InstantSource clock) {
        this.cache = cache;
        this.changes = changes;
        this.services = services;
        this.publisher = publisher;
        this.reconciler = reconciler;
        this.reports = reports;
        this.links = links;
        this.passes = passes;
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
        changes.wake();
    }

    boolean leading() {
        return leading;
    }

    /// Whether everything was published at least once.
    boolean published() {
        return published;
    }

    /// When the cluster was looked at last; long ago if never.
    Instant publishedAt() {
        return publishedAt;
    }

    private void run() {
        try {
            while (!ending && !Thread.currentThread().isInterrupted()) {
                changes.await(waitMillis());
                TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
                if (cache.synced() && !ending) {
                    pass(clock.instant());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private long waitMillis() {
        if (!leading) {
            return TICK_MILLIS;
        }
        return reconciler
                .next()
                .map(at -> Math.clamp(Duration.between(clock.instant(), at).toMillis(), 0, TICK_MILLIS))
                .orElse(TICK_MILLIS);
    }

    private void pass(Instant now) {
        boolean lead = leading;
        boolean told = now.isAfter(sweepAt) || (lead && !toldAsLeader);
        if (told) {
            cache.tellAll();
            sweepAt = now.plus(SWEEP);
            toldAsLeader = lead;
        }
        List<Change> drained = changes.drain();
        long startNanos = System.nanoTime();
        String outcome = "failed";
        try {
            if (!published || told) {
                services.load(); // what is missing when all counts as published would be taken for gone
            }
            links.follow(); // before anything counts as all there is
            publisher.publish(drained);
            published = true;
            publishedAt = now;
            if (lead) {
                services.reconcile(drained);
                reports.tick(now);
                reconciler.reconcile(drained, now);
                links.reconcile(now);
            }
            outcome = "done";
        } catch (KubernetesClientException | IllegalArgumentException e) {
            LOG.warn("a pass over the cluster ended early, everything is looked at again: {}", e.getMessage());
            sweepAt = now.plusSeconds(1);
        } finally {
            passes.record(Duration.ofNanos(System.nanoTime() - startNanos), outcome);
        }
    }

    /// Lets the pass that is under way end, and no other one begin: at return nothing is written any more,
    /// unless a write does not end although it is interrupted.
    @Override
    public void close() {
        ending = true;
        changes.wake();
        try {
            if (!thread.join(PATIENCE)) {
                LOG.warn("a pass does not end and is interrupted");
                thread.interrupt();
                var _ = thread.join(PATIENCE);
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        links.close();
    }
}
