package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is to be done about one attachment. The rules:
///
/// - unbound, and a pod shows its claim: bind it to that pod's uid, for good;
/// - unbound for two minutes: nobody came, it goes;
/// - its pod has ended: it goes; if the pod's name will come back (a StatefulSet's), its address is kept an hour
///   for the successor, whose claim the webhook
///   writes into it.
public sealed interface AttachmentDecision {
    /// How long a pod may take from its admission to being seen.
    Duration CLAIM_LIFETIME = Duration.ofMinutes(2);
    /// How long the address of a StatefulSet's pod is kept for its successor.
    Duration KEEP = Duration.ofHours(1);

    /// Nothing.
    record Keep() implements AttachmentDecision {}

    /// Write this status.
    record Update(AttachmentStatus status) implements AttachmentDecision {}

    /// Delete it.
    ///
    /// @param lookFirst whether a pod that the cache does not know yet could still hold it
    record Delete(boolean lookFirst, String reason) implements AttachmentDecision {}

    /// Decides.
    ///
    /// @param podsByUid living pods
    /// @param podsByClaim living pods by the SHA-256 of their claims
    static AttachmentDecision of(
            Attachment attachment, Map<String, Pod> podsByUid, Map<String, Pod> podsByClaim, Instant now) {
        AttachmentStatus status = attachment.getStatus();
        @Nullable String uid = status == null ? null : status.podUid();
        Optional<Pod> claimant = Optional.ofNullable(
                        podsByClaim.get(attachment.getSpec().claimHash()))
                .filter(pod -> pod.getMetadata()
                        .getNamespace()
                        .equals(attachment.getSpec().namespace()));
        if (uid != null && podsByUid.containsKey(uid)) {
            return bound(attachment, Objects.requireNonNull(podsByUid.get(uid)));
        }
        if (claimant.isPresent()) {
            return bound(attachment, claimant.get());
        }
        if (uid == null || status == null) {
            Instant created = Instant.parse(attachment.getMetadata().getCreationTimestamp());
            return created.plus(CLAIM_LIFETIME).isBefore(now)
                    ? new Delete(true, "no pod with its claim came within " + CLAIM_LIFETIME.toMinutes() + " minutes")
                    : new Keep();
        }
        if (attachment.getSpec().identity() == null) {
            return new Delete(false, "its pod " + status.pod() + " has ended");
        }
        if (status.releasedAt() == null) {
            return new Update(new AttachmentStatus(
                    attachment.getMetadata().getGeneration(),
                    status.pod(),
                    uid,
                    status.node(),
                    status.serviceAccount(),
                    now.toString(),
                    status.conditions()));
        }
        return Instant.parse(status.releasedAt()).plus(KEEP).isBefore(now)
                ? new Delete(
                        false, "no successor of pod " + status.pod() + " came within " + KEEP.toMinutes() + " minutes")
                : new Keep();
    }

    private static AttachmentDecision bound(Attachment attachment, Pod pod) {
        AttachmentStatus old = attachment.getStatus();
        AttachmentStatus wanted = new AttachmentStatus(
                attachment.getMetadata().getGeneration(),
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                pod.getSpec().getNodeName(),
                pod.getSpec().getServiceAccountName(),
                null,
                old == null ? List.of() : old.conditions());
        return wanted.equals(old) ? new Keep() : new Update(wanted);
    }

    /// Whether a pod still has, or will have, a network namespace.
    static boolean living(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return phase == null || !Set.of("Succeeded", "Failed").contains(phase);
    }
}
