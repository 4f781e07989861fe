package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.observe.Sighting;
import dev.vl3mesh.bridge.reconcile.ClusterWriter.StaleException;
import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Claims;
import dev.vl3mesh.bridge.watch.ClusterView;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.domain.DomainRules.ClusterRange;
import dev.vl3mesh.model.plan.ConfigName;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes to Kubernetes what follows from what changed; only the leader calls it, from one thread. What could
/// not be written is tried again a second later.
public final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final int RETRY_SECONDS = 1;
    /// Counts in the status of a domain and its blocks may be this old.
    private static final int COUNT_SECONDS = 1;

    private final ClusterView view;
    private final ClusterWriter writer;
    private final NodeReports reports;
    private final DomainReconciler domains;
    private final ConfigConditions conditions;
    private final Consumer<List<Runnable>> lanes;
    private final Timers timers = new Timers();
    private final BlockUse use;
    private final Map<String, List<ClusterRange>> nodeRanges = new HashMap<>();
    private final Queue<Change> failed = new ConcurrentLinkedQueue<>();
    private final LongAdder conflicts = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /// Makes a reconciler of one cluster.
    ///
    /// @param lanes runs all of these and returns when they have ended, some of them at once
    public Reconciler(
            ClusterView view,
            ClusterWriter writer,
            NodeReports reports,
            DomainReconciler domains,
            ConfigConditions conditions,
            Consumer<List<Runnable>> lanes) {
        this.view = view;
        this.writer = writer;
        this.reports = reports;
        this.domains = domains;
        this.conditions = conditions;
        this.lanes = lanes;
        this.use = domains.use();
    }

    /// What one pass has to look at.
    private static final class Work {
        final Set<String> attachments = new LinkedHashSet<>();
        final Set<String> domains = new LinkedHashSet<>();
        final Set<ConfigName> configs = new LinkedHashSet<>();
    }

    /// Looks at what changed, and at what time has changed.
    public void reconcile(Collection<Change> changes, Instant now) {
        Work work = new Work();
        changes.forEach(change -> sort(change, work, now));
        timers.due(now).forEach(change -> sort(change, work, now));
        List<Runnable> writes = new ArrayList<>();
        for (String name : work.domains) {
            attempt(new Change.OfDomain(name), () -> {
                domains.reconcile(name, now);
                domains.lookAgain(name, now).ifPresent(at -> timers.at(at, new Change.OfDomain(name)));
            });
        }
        for (String name : work.attachments) {
            view.attachment(name)
                    .ifPresent(attachment -> decide(attachment, now)
                            .ifPresent(write -> writes.add(() -> attempt(new Change.OfAttachment(name), write))));
        }
        for (ConfigName name : work.configs) {
            conditions.write(name, now).ifPresent(write -> writes.add(() -> attempt(new Change.OfConfig(name), write)));
        }
        lanes.accept(writes);
        for (Change change = failed.poll(); change != null; change = failed.poll()) {
            timers.at(now.plusSeconds(RETRY_SECONDS), change);
        }
    }

    /// How often somebody else had written first. May be called from any thread.
    public long conflicts() {
        return conflicts.sum();
    }

    /// How often something could not be written for another reason. May be called from any thread.
    public long failures() {
        return failures.sum();
    }

    /// When time alone will have changed something.
    public Optional<Instant> next() {
        return timers.next();
    }

    private void sort(Change change, Work work, Instant now) {
        switch (change) {
            case Change.OfDomain(String name) -> {
                if (domains.noticePrefixes(name)) {
                    surroundingsChanged(work);
                }
                work.domains.add(name);
                if (view.domain(name).isEmpty()) { // nobody comes back to a domain that is gone
                    view.attachments().stream()
                            .filter(a -> a.getSpec().domain().equals(name))
                            .forEach(a -> work.attachments.add(a.getMetadata().getName()));
                }
            }
            case Change.OfBlocks(String domain) -> work.domains.add(domain);
            case Change.OfAttachment(String name) -> {
                use.attachment(name, view.attachment(name)).ifPresent(domain -> counted(domain, work, now));
                work.attachments.add(name);
            }
            case Change.OfPod(String uid, String claimHash) -> {
                view.attachmentsOfPod(uid)
                        .forEach(a -> work.attachments.add(a.getMetadata().getName()));
                view.pod(uid).ifPresent(pod -> work.attachments.addAll(Claims.attachmentsOf(pod)));
                if (!claimHash.isEmpty()) {
                    view.attachmentsOfClaim(claimHash)
                            .forEach(a -> work.attachments.add(a.getMetadata().getName()));
                }
            }
            case Change.OfNode(String name) -> {
                if (nodeChanged(name)) {
                    surroundingsChanged(work);
                }
            }
            case Change.OfSurroundings() -> surroundingsChanged(work);
            case Change.OfConfig(ConfigName name) -> work.configs.add(name);
            case Change.OfService _ -> {
                // published only
            }
        }
    }

    /// A lease that is missing can't wait; counts on show can.
    private void counted(String domain, Work work, Instant now) {
        if (domains.needsLease(domain)) {
            work.domains.add(domain);
        }
        timers.at(now.plusSeconds(COUNT_SECONDS), new Change.OfBlocks(domain));
    }

    private void surroundingsChanged(Work work) {
        domains.surroundingsChanged();
        view.domains().forEach(domain -> work.domains.add(domain.getMetadata().getName()));
        work.configs.addAll(view.configs()); // a namespace may be in other domains now
    }

    private boolean nodeChanged(String name) {
        List<ClusterRange> now = view.node(name).map(Surroundings::nodeRanges).orElse(List.of());
        if (view.node(name).isEmpty()) {
            reports.forget(new NodeName(name));
        }
        @Nullable List<ClusterRange> before = now.isEmpty() ? nodeRanges.remove(name) : nodeRanges.put(name, now);
        return !now.equals(before == null ? List.of() : before);
    }

    private Optional<Runnable> decide(Attachment attachment, Instant now) {
        String name = attachment.getMetadata().getName();
        AttachmentStatus status = attachment.getStatus();
        @Nullable String uid = status == null ? null : status.podUid();
        Optional<Pod> bound = uid == null ? Optional.empty() : view.pod(uid).filter(AttachmentDecision::living);
        List<Pod> claimants = bound.isPresent() ? List.of() : claimants(attachment);
        boolean orphan = uid != null
                && bound.isEmpty()
                && claimants.isEmpty()
                && view.domain(attachment.getSpec().domain()).isEmpty();
        AttachmentDecision decision = orphan
                ? new AttachmentDecision.Delete("its pod has ended, and its domain is gone")
                : AttachmentDecision.of(attachment, bound, claimants, sighting(attachment, bound, now), now);
        return switch (decision) {
            case AttachmentDecision.Keep(var again) -> {
                again.ifPresent(at -> timers.at(at.plusMillis(1), new Change.OfAttachment(name)));
                yield Optional.empty();
            }
            case AttachmentDecision.Update(var newStatus) -> {
                if (newStatus.releasedAt() != null) {
                    timers.at(now.plus(AttachmentDecision.KEEP).plusMillis(1), new Change.OfAttachment(name));
                }
                yield Optional.of(() -> update(attachment, newStatus));
            }
            case AttachmentDecision.Delete(String reason) -> Optional.of(() -> delete(attachment, reason));
        };
    }

    private List<Pod> claimants(Attachment attachment) {
        List<Pod> claimants =
                new ArrayList<>(view.podsOfClaim(attachment.getSpec().claimHash()));
        String identity = attachment.getSpec().identity();
        if (claimants.isEmpty() && identity != null) {
            String namespace = attachment.getSpec().namespace();
            view.pod(namespace, identity.substring(identity.indexOf('/') + 1))
                    .filter(pod -> Claims.shows(pod, attachment))
                    .ifPresent(claimants::add);
        }
        claimants.removeIf(pod -> !AttachmentDecision.living(pod));
        return claimants;
    }

    private Sighting sighting(Attachment attachment, Optional<Pod> bound, Instant now) {
        return bound.filter(pod -> pod.getSpec().getNodeName() != null)
                .map(pod -> reports.sighting(
                        new NodeName(pod.getSpec().getNodeName()),
                        pod.getMetadata().getUid(),
                        attachment.getSpec().domain(),
                        now))
                .orElse(new Sighting.Unheard());
    }

    private void update(Attachment attachment, AttachmentStatus status) {
        Attachment copy = new Attachment(); // not the cache's own object: if the write failed, the cache would lie
        copy.setMetadata(attachment.getMetadata());
        copy.setSpec(attachment.getSpec());
        copy.setStatus(status);
        writer.updateStatus(copy);
        AttachmentEvents.tell(writer, attachment, status);
    }

    private void delete(Attachment attachment, String reason) {
        if (writer.heldByPod(attachment)) {
            // the cache is behind, or the pod has lost the label by which it is watched
            failed.add(new Change.OfAttachment(attachment.getMetadata().getName()));
            return;
        }
        LOG.info("attachment {} is deleted: {}", attachment.getMetadata().getName(), reason);
        writer.delete(attachment);
        writer.event(attachment, false, "Freed", "the addresses are free again: " + reason);
    }

    /// One object's trouble must not keep the others waiting.
    private void attempt(Change change, Runnable action) {
        try {
            action.run();
        } catch (StaleException e) {
            conflicts.increment();
            failed.add(change);
        } catch (KubernetesClientException | IllegalArgumentException e) {
            failures.increment();
            LOG.warn("{}: {}", change, e.getMessage());
            failed.add(change);
        }
    }
}
