package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/// Permission for one cluster to join, once and for a while. Cluster-scoped; holds only a hash of its secret.
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Plural("invitations")
@ShortNames("vl3i")
@AdditionalPrinterColumn(
        name = "AGE",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(value = "has(self.spec)", message = "spec is missing")
public final class Invitation extends CustomResource<InvitationSpec, InvitationStatus> {
    private static final long serialVersionUID = 1L;
}
