package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which pod has the addresses, as the controller found it.
///
/// @param pod the pod's name
/// @param podUid the uid that the claim was bound to; the binding is made once and never passes to another pod
/// @param node the node that the pod runs on
/// @param releasedAt RFC 3339; since when the pod is gone while the addresses are kept for its successor
public record AttachmentStatus(
        @Nullable Long observedGeneration,
        @Nullable @PrinterColumn(name = "POD") String pod,
        @Nullable String podUid,
        @Nullable @PrinterColumn(name = "NODE") String node,
        @Nullable String serviceAccount,
        @Nullable String releasedAt,
        List<Condition> conditions) {
    /// Fills in what may be absent.
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public AttachmentStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
