package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.bridge.observe.Sighting;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is to be done about one attachment. The rules:
///
/// - unbound, and a pod shows its claim: bind it to that pod's uid, for good;
/// - unbound for two minutes: nobody came, it goes;
/// - its pod has ended: it goes; if the pod's name will come back (a StatefulSet's), its address is kept an hour
///   for the successor, whose claim the webhook writes into it.
///
/// What goes must be looked at once more without the cache: an address that a pod holds must never be given away.
public sealed interface AttachmentDecision {
    /// How long a pod may take from its admission to being seen: twice the longest that the API server works on a
    /// request (its `--request-timeout`, 1 minute).
    Duration CLAIM_LIFETIME = Duration.ofMinutes(2);
    /// How long the address of a StatefulSet's pod is kept for its successor.
    Duration KEEP = Duration.ofHours(1);

    /// The condition that says whether a pod has these addresses.
    String BOUND = "Bound";
    /// The condition that says whether the pod's node has made its interface.
    String ATTACHED = "Attached";

    /// Nothing now.
    ///
    /// @param lookAgain when time alone may change the decision
    record Keep(Optional<Instant> lookAgain) implements AttachmentDecision {}

    /// Write this status.
    record Update(AttachmentStatus status) implements AttachmentDecision {}

    /// Delete it, if a look without the cache finds no pod that holds it.
    record Delete(String reason) implements AttachmentDecision {}

    /// Decides.
    ///
    /// @param boundPod the pod whose uid it is bound to, if it lives
    /// @param claimants living pods that show its claim
    /// @param sighting what the bound pod's node says of it
    static AttachmentDecision of(
            Attachment attachment, Optional<Pod> boundPod, List<Pod> claimants, Sighting sighting, Instant now) {
        if (boundPod.isPresent()) {
            return bound(attachment, boundPod.get(), sighting, now);
        }
        Optional<Pod> claimant = claimants.stream()
                .filter(pod -> pod.getMetadata()
                        .getNamespace()
                        .equals(attachment.getSpec().namespace()))
                .min(Comparator.comparing((Pod pod) ->
                                Objects.requireNonNullElse(pod.getMetadata().getCreationTimestamp(), ""))
                        .thenComparing(pod -> pod.getMetadata().getUid()));
        if (claimant.isPresent()) {
            return bound(attachment, claimant.get(), new Sighting.Unheard(), now);
        }
        AttachmentStatus status = attachment.getStatus();
        if (status == null || status.podUid() == null) {
            Instant until = Instant.parse(attachment.getMetadata().getCreationTimestamp())
                    .plus(CLAIM_LIFETIME);
            return until.isBefore(now)
                    ? new Delete("no pod with its claim came within " + CLAIM_LIFETIME.toMinutes() + " minutes")
                    : new Keep(Optional.of(until));
        }
        if (attachment.getSpec().identity() == null) {
            return new Delete("its pod " + status.pod() + " has ended");
        }
        return status.releasedAt() == null ? release(attachment, status, now) : keep(status, status.releasedAt(), now);
    }

    private static AttachmentDecision keep(AttachmentStatus status, String releasedAt, Instant now) {
        Instant until = Instant.parse(releasedAt).plus(KEEP);
        return until.isBefore(now)
                ? new Delete("no successor of pod " + status.pod() + " came within " + KEEP.toMinutes() + " minutes")
                : new Keep(Optional.of(until));
    }

    private static Update release(Attachment attachment, AttachmentStatus status, Instant now) {
        long generation = generation(attachment);
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        String message =
                "pod " + status.pod() + " has ended; its addresses are kept for its successor until " + now.plus(KEEP);
        List<Condition> conditions =
                Condition.with(status.conditions(), BOUND, false, generation, "Released", message, time);
        conditions = Condition.with(conditions, ATTACHED, false, generation, "Released", message, time);
        return new Update(new AttachmentStatus(
                generation,
                status.pod(),
                status.podUid(),
                status.node(),
                status.serviceAccount(),
                time,
                Condition.withReady(conditions, generation, "", time)));
    }

    private static AttachmentDecision bound(Attachment attachment, Pod pod, Sighting sighting, Instant now) {
        AttachmentStatus old = attachment.getStatus();
        long generation = generation(attachment);
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        String name = pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
        List<Condition> conditions = Condition.with(
                old == null ? List.of() : old.conditions(),
                BOUND,
                true,
                generation,
                "Bound",
                "pod " + name + " has these addresses",
                time);
        conditions = attached(conditions, pod, sighting, generation, time);
        AttachmentStatus wanted = new AttachmentStatus(
                generation,
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                pod.getSpec().getNodeName(),
                pod.getSpec().getServiceAccountName(),
                null,
                Condition.withReady(conditions, generation, "pod " + name + " is in the domain", time));
        return wanted.equals(old) ? new Keep(Optional.empty()) : new Update(wanted);
    }

    private static List<Condition> attached(
            List<Condition> conditions, Pod pod, Sighting sighting, long generation, String time) {
        @Nullable String node = pod.getSpec().getNodeName();
        if (node == null) {
            return Condition.with(
                    conditions, ATTACHED, false, generation, "Unscheduled", "the pod has no node yet", time);
        }
        return switch (sighting) {
            case Sighting.Attached _ ->
                Condition.with(
                        conditions,
                        ATTACHED,
                        true,
                        generation,
                        "Attached",
                        "node " + node + " has made the pod's interface",
                        time);
            case Sighting.Failed(String problem) ->
                Condition.with(
                        conditions, ATTACHED, false, generation, "AttachFailed", "node " + node + ": " + problem, time);
            case Sighting.Silent _ ->
                Condition.with(
                        conditions,
                        ATTACHED,
                        "Unknown",
                        generation,
                        "NodeSilent",
                        "the agent of node " + node + " does not report: look at the pod vl3-agent on it",
                        time);
            case Sighting.Missing _ -> waiting(conditions, node, generation, time);
            case Sighting.Unheard _ ->
                Condition.of(conditions, ATTACHED)
                                .filter(c -> !c.reason().equals("Unscheduled"))
                                .isPresent()
                        // a leader that just started knows less than its predecessor wrote down
                        ? Condition.keeping(conditions, ATTACHED)
                        : waiting(conditions, node, generation, time);
        };
    }

    private static List<Condition> waiting(List<Condition> conditions, String node, long generation, String time) {
        return Condition.with(
                conditions,
                ATTACHED,
                false,
                generation,
                "Waiting",
                "node " + node + " has not made the pod's interface yet",
                time);
    }

    private static long generation(Attachment attachment) {
        return Objects.requireNonNullElse(attachment.getMetadata().getGeneration(), 1L);
    }

    /// Whether a pod still has, or will have, a network namespace.
    static boolean living(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return phase == null || !Set.of("Succeeded", "Failed").contains(phase);
    }
}
