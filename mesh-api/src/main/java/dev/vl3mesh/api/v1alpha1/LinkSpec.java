package dev.vl3mesh.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The other side of a link.
///
/// @param role `Home` where the other cluster is this one's home, `Member` where this one is the other's
/// @param address `host:port` at which the home answers; absent for a member, which calls by itself
/// @param trustDomain the SPIFFE trust domain of the home
/// @param domains what a member may take part in; empty means all that are open to every cluster
// rules stand on the type: on a record's component the generator would find each twice, on its field and its accessor
@ValidationRule(value = "self.role in ['Home', 'Member']", message = "role is Home or Member")
public record LinkSpec(
        @Required @PrinterColumn(name = "ROLE") String role,

        @Nullable @PrinterColumn(name = "ADDRESS") String address,
        @Required String trustDomain,

        @Nullable
        @JsonPropertyDescription(
                "Name of the Secret, in vl3mesh's namespace, with an invitation that waits to be redeemed.")
        String invitationSecret,

        @JsonPropertyDescription(
                "Of a member: the domains it was invited to. Left out: all that are open to every cluster.")
        List<String> domains) {
    /// Fills in what may be left out.
    @SuppressWarnings("NullAway") // Jackson passes null for what a user left out
    public LinkSpec {
        domains = domains == null ? List.of() : List.copyOf(domains);
    }
}
