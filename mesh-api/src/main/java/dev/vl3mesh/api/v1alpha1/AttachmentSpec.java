package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What admission gave to a pod.
///
/// @param domain the domain's name
/// @param addresses the inner addresses, IPv4 first
/// @param namespace the pod's namespace
/// @param claimHash hexadecimal SHA-256 of the claim in the pod's annotation, which ties the pod to this object until
/// its uid is known
/// @param identity `<namespace>/<pod name>` where that name comes back (a StatefulSet's ordinal), so that the address
/// does too; else absent
public record AttachmentSpec(
        @Required
        @PrinterColumn(name = "DOMAIN")
        @ValidationRule(value = "self == oldSelf", message = "an attachment's domain never changes")
        String domain,

        @Required
        @PrinterColumn(name = "ADDRESSES")
        @ValidationRule(value = "self == oldSelf", message = "an attachment's addresses never change")
        List<String> addresses,

        @Required @PrinterColumn(name = "NAMESPACE") String namespace,
        @Required String claimHash,
        @Nullable String identity) {
    /// Makes immutable copies.
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public AttachmentSpec {
        addresses = addresses == null ? List.of() : List.copyOf(addresses);
    }
}
