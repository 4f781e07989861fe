package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who may join, with what, until when.
///
/// @param cluster the only name under which the invited cluster may join; absent means any free name
/// @param domains the domains it may take part in; empty means all that are open to every cluster
/// @param expiresAt RFC 3339
/// @param secretHash hexadecimal SHA-256 of the one-time secret, which is stored nowhere
@ValidationRule(value = "self == oldSelf", message = "an invitation never changes: delete it and write another")
public record InvitationSpec(
        @Nullable @PrinterColumn(name = "CLUSTER") String cluster,
        List<String> domains,
        @Required @PrinterColumn(name = "EXPIRES") String expiresAt,
        @Required String secretHash) {
    /// Fills in what may be left out.
    @SuppressWarnings("NullAway") // Jackson passes null for what a user left out
    public InvitationSpec {
        domains = domains == null ? List.of() : List.copyOf(domains);
    }
}
