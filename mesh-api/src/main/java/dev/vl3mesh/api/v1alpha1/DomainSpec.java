package dev.vl3mesh.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a user wants of a domain.
///
/// @param prefixes the address pool, IPv4, IPv6 or both; prefixes may be appended, never changed
/// @param carrier a word of `dev.vl3mesh.model.Carrier`
/// @param mtu bytes of an inner packet; absent means measured
/// @param clusters names of the clusters that may take part; empty means every joined one
/// @param mesh the service mesh over it; absent means none
@ValidationRule(
        value =
                "size(self.prefixes) >= size(oldSelf.prefixes) && oldSelf.prefixes.all(p, self.prefixes.indexOf(p) == oldSelf.prefixes.indexOf(p))",
        message =
                "a prefix can't be removed, changed or moved while pods may hold its addresses: append another prefix behind the others, or make a new domain")
// rules stand on the type: on a record's component the generator would find each twice, on its field and its accessor
@ValidationRule(
        value = "self.carrier in ['auto', 'vxlan', 'wireguard', 'wireguard-userspace']",
        message = "carrier is one of auto, vxlan, wireguard, wireguard-userspace")
@ValidationRule(
        value = "self.prefixes.all(p, isCIDR(p) && cidr(p).masked() == cidr(p))",
        message = "each prefix is an address and a length, without bits behind the length, such as 172.16.0.0/16")
public record DomainSpec(
        @Required
        @Size(min = 1, max = 16)
        @PrinterColumn(name = "PREFIXES")
        @JsonPropertyDescription(
                "The address pool: IPv4 prefixes from /8 to /24 and at most one IPv6 prefix of /96 or larger. Further IPv4 prefixes can be appended.")
        List<@Size(max = 43) String> prefixes,

        @Default("auto")
        @PrinterColumn(name = "CARRIER")
        @JsonPropertyDescription(
                "What carries packets from node to node. auto is encrypted; vxlan is not, and needs a trusted underlay.")
        String carrier,

        @Nullable
        @Min(1280)
        @Max(65535)
        @JsonPropertyDescription("Bytes of the largest inner packet. Left out: measured between all nodes.")
        Integer mtu,

        @JsonPropertyDescription("Names of the clusters that may take part. Left out: all that have joined.")
        List<String> clusters,

        @Nullable @JsonPropertyDescription("The service mesh that runs over the domain. Left out: none.")
        MeshSpec mesh) {
    /// A domain without a mesh.
    public DomainSpec(List<String> prefixes, String carrier, @Nullable Integer mtu, List<String> clusters) {
        this(prefixes, carrier, mtu, clusters, null);
    }

    /// Fills in what may be left out.
    @SuppressWarnings("NullAway") // Jackson passes null for what a user left out
    public DomainSpec {
        prefixes = prefixes == null ? List.of() : List.copyOf(prefixes);
        carrier = carrier == null ? "auto" : carrier;
        clusters = clusters == null ? List.of() : List.copyOf(clusters);
    }
}
