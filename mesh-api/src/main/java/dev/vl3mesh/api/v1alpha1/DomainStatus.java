package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of a domain.
///
/// @param home the cluster in which the domain is written
/// @param vni the VXLAN network identifier, given once
/// @param slot 0 to 9, see the model
/// @param prefixes the address pool in force; another than the spec's while that one is refused
/// @param carrier the carrier in force
/// @param encrypted whether nobody between the nodes can read or forge its packets
/// @param mtu bytes of an inner packet: the smallest path that was measured in this cluster
/// @param attachments the number of pods of this cluster in the domain
/// @param leased the number of addresses that this cluster may give out
/// @param addresses the number of addresses that the pool has for pods of all clusters
/// @param meshRoot the certificate, PEM, under which everybody in the domain's mesh has one; absent without a mesh
public record DomainStatus(
        @Nullable Long observedGeneration,
        @Nullable @PrinterColumn(name = "HOME") String home,
        @Nullable Integer vni,
        @Nullable Integer slot,
        List<String> prefixes,
        @Nullable String carrier,
        @Nullable @PrinterColumn(name = "ENCRYPTED") Boolean encrypted,
        @Nullable @PrinterColumn(name = "MTU") Integer mtu,
        @Nullable @PrinterColumn(name = "PODS") Integer attachments,
        @Nullable Integer leased,
        @Nullable @PrinterColumn(name = "ADDRESSES") Integer addresses,
        @Nullable String meshRoot,
        List<Condition> conditions) {
    /// Nothing known yet.
    public static final DomainStatus NONE =
            new DomainStatus(null, null, null, null, List.of(), null, null, null, null, null, null, null, List.of());

    /// Fills in what may be absent.
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public DomainStatus {
        prefixes = prefixes == null ? List.of() : List.copyOf(prefixes);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /// The same with the numbers that the home gave, of a domain without a mesh.
    public DomainStatus withNumbers(String newHome, int newVni, int newSlot) {
        return fromHome(newHome, newVni, newSlot, null);
    }

    /// The same with what the home says.
    public DomainStatus fromHome(String newHome, int newVni, int newSlot, @Nullable String newRoot) {
        return new DomainStatus(
                observedGeneration,
                newHome,
                newVni,
                newSlot,
                prefixes,
                carrier,
                encrypted,
                mtu,
                attachments,
                leased,
                addresses,
                newRoot,
                conditions);
    }
}
