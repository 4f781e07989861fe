package dev.vl3mesh.bridge;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One replica leads. It says so by a label on its pod, which the Services select, so that agents and members reach
/// the leader only. A replica that loses its
/// lease ends its process at once: two that write would be worse than one that starts anew. A replica that is told to
/// end stops writing, and then gives its lease back, so that another one need not wait until it runs out.
final class Leadership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final String NAME = "vl3-control";
    private static final long RELEASE_SECONDS = 5;
    private static final String LABEL = "vl3mesh.dev/leader";

    private final Candidate candidate;
    /// All that the elector does, one thing after another: between taking the lease and beginning to renew it, for
    /// example, fabric8's elector can't be ended.
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("leadership").daemon().factory());

    /// Belongs to the thread.
    private @Nullable CompletableFuture<?> election;

    private volatile boolean closing;

    /// What is done with leadership.
    interface Candidate {
        /// The lease is ours.
        void lead();

        /// Returns when nothing that only a leader may do is under way any more.
        void stopLeading();

        /// The lease went to somebody else, or could not be renewed, without our doing.
        void lost();
    }

    /// How often and how long, in the order of [LeaderElectionConfigBuilder]'s own rule: lease > renewal > retry.
    ///
    /// @param lease after this others may take it
    /// @param renewal after this without success the holder gives up
    record Pace(Duration lease, Duration renewal, Duration retry) {
        static final Pace CALM = new Pace(Duration.ofSeconds(8), Duration.ofSeconds(6), Duration.ofSeconds(1));
    }

    /// Competes for a lock until closed.
    Leadership(KubernetesClient client, Lock lock, Pace pace, Candidate candidate) {
        this.candidate = candidate;
        LeaderElectionConfig rules = new LeaderElectionConfigBuilder()
                .withName(NAME)
                .withLeaseDuration(pace.lease())
                .withRenewDeadline(pace.renewal())
                .withRetryPeriod(pace.retry())
                .withReleaseOnCancel()
                .withLock(lock)
                .withLeaderCallbacks(new LeaderCallbacks(
                        candidate::lead, this::ended, leader -> LOG.info("the leader is {}", leader)))
                .build();
        LeaderElector elector = new LeaderElector(client, rules, thread);
        thread.execute(() -> election = elector.start());
    }

    /// Competes for this cluster's lease until closed.
    ///
    /// @param onLeading called when it is ours
    /// @param onEnding returns when nothing is written any more
    static Leadership compete(KubernetesClient client, BridgeConfig config, Runnable onLeading, Runnable onEnding) {
        label(client, config, false); // a container that starts again may have the label of its earlier life
        return new Leadership(client, lease(config.namespace(), config.pod()), Pace.CALM, new Candidate() {
            @Override
            public void lead() {
                LOG.info("{} leads", config.pod());
                label(client, config, true);
                onLeading.run();
            }

            @Override
            public void stopLeading() {
                onEnding.run();
            }

            @Override
            public void lost() {
                LOG.warn("{} has lost its lease", config.pod());
                Runtime.getRuntime().halt(1);
            }
        });
    }

    /// A replica's hold of the lease.
    static Lock lease(String namespace, String pod) {
        return new FreeableLease(namespace, pod);
    }

    /// fabric8 frees a lease by a holder of null and writes that as a merge patch, in which a null is left out: the
    /// holder would stay, and its time begin anew. An empty name frees it, as Kubernetes' own components do.
    private static final class FreeableLease extends LeaseLock {
        FreeableLease(String namespace, String pod) {
            super(namespace, NAME, pod);
        }

        @Override
        public synchronized void update(KubernetesClient client, LeaderElectionRecord record) {
            boolean nobody = record.getHolderIdentity() == null;
            super.update(client, nobody ? record.toBuilder().holderIdentity("").build() : record);
        }
    }

    private void ended() {
        if (!closing) {
            candidate.lost();
        }
    }

    private static void label(KubernetesClient client, BridgeConfig config, boolean leads) {
        try {
            // no version in it: whatever else the kubelet writes to the pod meanwhile, the label is ours
            client.pods()
                    .inNamespace(config.namespace())
                    .withName(config.pod())
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\":{\"labels\":{\"" + LABEL + "\":\"" + leads + "\"}}}");
        } catch (KubernetesClientException e) {
            throw new IllegalStateException("labelling pod " + config.pod() + ": " + e.getMessage(), e);
        }
    }

    private void release() {
        if (election != null) {
            election.cancel(true);
        }
    }

    /// Stops what only a leader may do, and gives the lease back if it is ours. An API server that is away is no
    /// error: the lease runs out by itself.
    @Override
    public void close() {
        candidate.stopLeading();
        closing = true;
        try {
            var _ = thread.submit(this::release).get(RELEASE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("the lease is not given back, and runs out", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            var _ = thread.shutdownNow();
        }
    }
}
