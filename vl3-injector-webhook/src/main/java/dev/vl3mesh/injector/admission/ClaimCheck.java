package dev.vl3mesh.injector.admission;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentSpec;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.injector.allocate.MeshCache;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.ipam.AttachmentName;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Tells annotations that admission wrote from those that somebody else did: only the former have Attachments, made
/// by
/// us alone, that hold the hash of the claim and no other pod yet.
public final class ClaimCheck {
    private static final String REMEDY = "annotations " + Labels.ATTACHMENTS + " and " + Labels.CLAIM
            + " are written by vl3mesh alone: remove them from the pod";

    private final KubernetesClient client;
    private final MeshCache cache;

    /// Looks Attachments up in the cache, and at the API server where the cache may be late.
    public ClaimCheck(KubernetesClient client, MeshCache cache) {
        this.client = client;
        this.cache = cache;
    }

    /// The answer.
    sealed interface Answer {}

    /// Admission wrote them, for this pod.
    ///
    /// @param attachments in the order of the annotation
    record Genuine(List<Attachment> attachments) implements Answer {}

    /// Somebody else did, or they are another pod's.
    record Forged(String reason) implements Answer {}

    Answer check(String namespace, @Nullable String claim, @Nullable String attachments, List<DomainName> domains) {
        if (claim == null || attachments == null) {
            return new Forged("only one of the two is there: " + REMEDY);
        }
        SequencedMap<DomainName, List<IpAddress>> read;
        try {
            read = Annotations.read(attachments);
        } catch (IllegalArgumentException e) {
            return new Forged(e.getMessage() + ": " + REMEDY);
        }
        if (!read.keySet().equals(new HashSet<>(domains))) {
            return new Forged("the pod has addresses in " + read.keySet() + " but joins " + domains + ": " + REMEDY);
        }
        String hash = Pem.sha256(claim.getBytes(StandardCharsets.UTF_8));
        List<Attachment> found = new ArrayList<>();
        for (Map.Entry<DomainName, List<IpAddress>> entry : read.entrySet()) {
            String name = AttachmentName.of(entry.getKey(), entry.getValue().getFirst())
                    .value();
            Attachment attachment = cache.attachment(name);
            if (attachment == null || !matches(attachment, namespace, hash, entry.getValue())) {
                attachment = client.resources(Attachment.class).withName(name).get();
            }
            if (attachment == null || !matches(attachment, namespace, hash, entry.getValue())) {
                return new Forged("address " + entry.getValue().getFirst() + " of domain " + entry.getKey()
                        + " was not given to this pod: " + REMEDY);
            }
            if (attachment.getStatus() != null && attachment.getStatus().podUid() != null && !returning(attachment)) {
                return new Forged(
                        "address " + entry.getValue().getFirst() + " of domain " + entry.getKey() + " is that of pod "
                                + namespace + "/" + attachment.getStatus().pod() + ": " + REMEDY);
            }
            found.add(attachment);
        }
        return new Genuine(found);
    }

    /// The address of a StatefulSet's pod stands bound to its predecessor until the successor is seen.
    private static boolean returning(Attachment attachment) {
        return attachment.getSpec().identity() != null;
    }

    private static boolean matches(Attachment attachment, String namespace, String hash, List<IpAddress> addresses) {
        AttachmentSpec spec = attachment.getSpec();
        return Objects.equals(spec.namespace(), namespace)
                && MessageDigest.isEqual(
                        spec.claimHash().getBytes(StandardCharsets.UTF_8), hash.getBytes(StandardCharsets.UTF_8))
                && spec.addresses()
                        .equals(addresses.stream().map(IpAddress::toString).toList());
    }
}
