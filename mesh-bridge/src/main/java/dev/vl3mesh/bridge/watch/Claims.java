package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentSpec;
import dev.vl3mesh.api.v1alpha1.AttachmentsAnnotation;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.model.ipam.AttachmentName;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// The claims that tie pods to attachments.
public final class Claims {
    private Claims() {}

    /// Returns the hexadecimal SHA-256 of the claim that an object shows; empty where it shows none.
    public static String hashOf(HasMetadata pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String claim = annotations == null ? null : annotations.get(Labels.CLAIM);
        return claim == null ? "" : hash(claim);
    }

    /// Whether a pod is the one that an attachment was given to: it shows its claim, or, being of the name that comes
    /// back to its address, that address. An attachment has one claim, and a second pod of that name, which the API
    /// server then refused, may have replaced it; admission lets through no addresses but those it gave.
    public static boolean shows(Pod pod, Attachment attachment) {
        AttachmentSpec spec = attachment.getSpec();
        String named =
                pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
        return hashOf(pod).equals(spec.claimHash())
                || (named.equals(spec.identity())
                        && attachmentsOf(pod).contains(attachment.getMetadata().getName()));
    }

    /// The names of the attachments that a pod's annotation speaks of.
    public static List<String> attachmentsOf(HasMetadata pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String text = annotations == null ? null : annotations.get(Labels.ATTACHMENTS);
        if (text == null) {
            return List.of();
        }
        try {
            return AttachmentsAnnotation.read(text).entrySet().stream()
                    .map(entry -> AttachmentName.of(
                                    entry.getKey(), entry.getValue().getFirst())
                            .value())
                    .toList();
        } catch (IllegalArgumentException e) {
            return List.of(); // not written by admission
        }
    }

    /// Returns the hexadecimal SHA-256 of a claim.
    public static String hash(String claim) {
        return Pem.sha256(claim.getBytes(StandardCharsets.UTF_8));
    }
}
