package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/// What the leader does to Kubernetes. Every write is guarded by the resource version of the object that is handed
/// over, so that a decision on old news is refused, with a [StaleException], and made again. Safe for threads.
public interface ClusterWriter {
    /// The object is not any more as it was seen.
    final class StaleException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /// Says what was refused.
        public StaleException(String message) {
            super(message);
        }
    }

    /// Writes the status that the object has.
    void updateStatus(Attachment attachment);

    /// Writes the status that the object has.
    void updateStatus(Domain domain);

    /// Writes the status that the object has.
    void updateStatus(AddressBlock block);

    /// Writes the status that the object has.
    void updateStatus(GenericKubernetesResource config);

    /// Deletes an attachment.
    void delete(Attachment attachment);

    /// Writes a lease down.
    ///
    /// @return the one of that name that is there already; nothing where this one is now
    Optional<AddressBlock> create(AddressBlock block);

    /// Deletes a lease.
    void delete(AddressBlock block);

    /// Looks, without any cache, whether a living pod is bound to an attachment or shows its claim.
    boolean heldByPod(Attachment attachment);

    /// Says something about an object to people, at leisure; may be lost.
    ///
    /// @param warning whether somebody should do something about it
    /// @param reason one word in CamelCase
    /// @param note a sentence
    void event(HasMetadata regarding, boolean warning, String reason, String note);
}
