package dev.vl3mesh.injector.admission;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentSpec;
import dev.vl3mesh.api.v1alpha1.AttachmentsAnnotation;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.injector.allocate.AttachmentApi;
import dev.vl3mesh.injector.allocate.MeshView;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.ipam.AttachmentName;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Tells annotations that admission wrote from those that somebody else did: only the former have Attachments, made
/// by
/// us alone, that hold the hash of the claim and no other pod yet.
public final class ClaimCheck {
    private static final String REMEDY = "annotations " + Labels.ATTACHMENTS + " and " + Labels.CLAIM
            + " are written by vl3mesh alone: remove them from the pod";

    private final AttachmentApi api;
    private final MeshView view;

    /// Looks Attachments up in the cache, and at the API server where the cache may be late.
    public ClaimCheck(AttachmentApi api, MeshView view) {
        this.api = api;
        this.view = view;
    }

    /// The answer.
    sealed interface Answer {}

    /// Admission wrote them, for this pod.
    ///
    /// @param addresses in the order of the annotation
    record Genuine(SequencedMap<DomainName, List<IpAddress>> addresses) implements Answer {}

    /// Somebody else did, or they are another pod's.
    record Forged(String reason) implements Answer {}

    /// What a dry run's pod shows as its claim. It is no secret, since it opens nothing: there is no Attachment to it,
    /// and whoever creates a pod with it is refused. It tells the second question about a pod from the first.
    static String ofDryRun(Review<Pod> review, String attachments) {
        String facts = review.namespace() + "\n" + PodFacts.name(review.object()) + "\n" + attachments;
        return "dry-run-" + Pem.sha256(facts.getBytes(StandardCharsets.UTF_8));
    }

    Answer check(Review<Pod> review, List<DomainName> domains) {
        @Nullable String claim = PodFacts.annotation(review.object(), Labels.CLAIM);
        @Nullable String attachments = PodFacts.annotation(review.object(), Labels.ATTACHMENTS);
        if (claim == null || attachments == null) {
            return new Forged("only one of the two is there: " + REMEDY);
        }
        SequencedMap<DomainName, List<IpAddress>> read;
        try {
            read = AttachmentsAnnotation.read(attachments);
        } catch (IllegalArgumentException e) {
            return new Forged(e.getMessage() + ": " + REMEDY);
        }
        if (!read.keySet().equals(new HashSet<>(domains))) {
            return new Forged("the pod has addresses in " + read.keySet() + " but joins " + domains + ": " + REMEDY);
        }
        if (review.dryRun() && claim.equals(ofDryRun(review, attachments))) {
            return new Genuine(read);
        }
        @Nullable String identity = PodFacts.identity(review.object(), review.namespace());
        String hash = Pem.sha256(claim.getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<DomainName, List<IpAddress>> entry : read.entrySet()) {
            AttachmentSpec wanted = new AttachmentSpec(
                    entry.getKey().value(),
                    entry.getValue().stream().map(IpAddress::toString).toList(),
                    review.namespace(),
                    hash,
                    identity);
            Optional<String> refusal = refusal(wanted, entry.getValue().getFirst());
            if (refusal.isPresent()) {
                return new Forged(refusal.get());
            }
        }
        return new Genuine(read);
    }

    private Optional<String> refusal(AttachmentSpec wanted, IpAddress first) {
        String name = AttachmentName.of(new DomainName(wanted.domain()), first).value();
        @Nullable Attachment attachment = view.attachment(name);
        if (attachment == null || !matches(attachment.getSpec(), wanted)) {
            attachment = api.attachment(name);
        }
        String address = "address " + first + " of domain " + wanted.domain();
        if (attachment == null || !matches(attachment.getSpec(), wanted)) {
            return Optional.of(address + " was not given to this pod: " + REMEDY);
        }
        boolean taken = attachment.getStatus() != null && attachment.getStatus().podUid() != null;
        // that of a StatefulSet's pod stands bound to its predecessor until the successor is seen
        return taken && wanted.identity() == null
                ? Optional.of(address + " is that of pod " + wanted.namespace() + "/"
                        + attachment.getStatus().pod() + ": " + REMEDY)
                : Optional.empty();
    }

    /// Compares claims in constant time.
    private static boolean matches(AttachmentSpec found, AttachmentSpec wanted) {
        return MessageDigest.isEqual(
                        found.claimHash().getBytes(StandardCharsets.UTF_8),
                        wanted.claimHash().getBytes(StandardCharsets.UTF_8))
                && withoutSidecar(found).equals(wanted);
    }

    /// Whether there is one is no claim.
    private static AttachmentSpec withoutSidecar(AttachmentSpec spec) {
        return new AttachmentSpec(spec.domain(), spec.addresses(), spec.namespace(), spec.claimHash(), spec.identity());
    }
}
