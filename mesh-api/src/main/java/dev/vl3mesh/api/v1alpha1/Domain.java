package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// One flat L3 network for chosen workloads of any clusters. Cluster-scoped; written in the home cluster, a read-only
/// copy in the others.
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Plural("domains")
@ShortNames("vl3d")
@AdditionalPrinterColumn(
        name = "READY",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "AGE",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(value = "has(self.spec)", message = "spec is missing: write its prefixes and its carrier")
public final class Domain extends CustomResource<DomainSpec, DomainStatus> {
    private static final long serialVersionUID = 1L;

    /// The prefixes that pods, leases and routes go by: those that were accepted last; none where none ever were.
    public List<String> prefixesInForce() {
        DomainStatus known = Objects.requireNonNullElse(getStatus(), DomainStatus.NONE);
        // a status that was written before it held the prefixes is that of a domain whose prefixes could only grow
        return known.prefixes().isEmpty() && known.vni() != null ? getSpec().prefixes() : known.prefixes();
    }

    /// The word of the carrier that was accepted last.
    public Optional<String> carrierInForce() {
        DomainStatus known = Objects.requireNonNullElse(getStatus(), DomainStatus.NONE);
        return known.carrier() == null && known.vni() != null
                ? Optional.of(getSpec().carrier())
                : Optional.ofNullable(known.carrier());
    }
}
