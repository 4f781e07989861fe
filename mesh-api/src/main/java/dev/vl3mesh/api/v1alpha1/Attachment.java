package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Objects;

/// One pod in one domain. Cluster-scoped and named by domain and address, so that the API server itself makes two pods
/// with one address impossible.
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Plural("attachments")
@ShortNames("vl3a")
@AdditionalPrinterColumn(
        name = "READY",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "AGE",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(value = "has(self.spec)", message = "spec is missing")
public final class Attachment extends CustomResource<AttachmentSpec, AttachmentStatus> {
    private static final long serialVersionUID = 1L;

    /// Whether its pod is gone and its addresses wait for the pod's successor, which has not come yet.
    public boolean keptForSuccessor() {
        AttachmentStatus status = getStatus();
        // a successor's claim changes the spec, which nobody has observed then
        return status != null
                && status.releasedAt() != null
                && Objects.equals(status.observedGeneration(), getMetadata().getGeneration());
    }
}
