package dev.vl3mesh.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// The other side of a link.
///
/// @param role `Home` where the other cluster is this one's home, `Member` where this one is the other's
/// @param address `host:port` at which the home answers; absent for a member, which calls by itself
/// @param trustDomain the SPIFFE trust domain of the other side
public record LinkSpec(
        @Required
        @ValidationRule(value = "self in ['Home', 'Member']", message = "role is Home or Member")
        @PrinterColumn(name = "ROLE")
        String role,

        @Nullable @PrinterColumn(name = "ADDRESS") String address,
        @Required String trustDomain,

        @Nullable
        @JsonPropertyDescription(
                "Name of the Secret, in vl3mesh's namespace, with an invitation that waits to be redeemed.")
        String invitationSecret) {}
