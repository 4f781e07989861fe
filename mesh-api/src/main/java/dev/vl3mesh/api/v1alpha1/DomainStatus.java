package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of a domain.
///
/// @param home the cluster in which the domain is written
/// @param vni the VXLAN network identifier, given once
/// @param slot 0 to 9, see the model
/// @param mtu bytes of an inner packet, in force
/// @param attachments the number of pods of this cluster in the domain
public record DomainStatus(
        @Nullable Long observedGeneration,
        @Nullable @PrinterColumn(name = "HOME") String home,
        @Nullable Integer vni,
        @Nullable Integer slot,
        @Nullable @PrinterColumn(name = "MTU") Integer mtu,
        @Nullable @PrinterColumn(name = "PODS") Integer attachments,
        List<Condition> conditions) {
    /// Fills in what may be absent.
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public DomainStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
