package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/// A block of a domain's addresses that one cluster has leased from the home. Cluster-scoped, named
/// `<domain>.<number>`.
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Plural("addressblocks")
@ShortNames("vl3b")
@AdditionalPrinterColumn(
        name = "AGE",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(value = "has(self.spec)", message = "spec is missing")
public final class AddressBlock extends CustomResource<AddressBlockSpec, AddressBlockStatus> {
    private static final long serialVersionUID = 1L;
}
