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
/// @param sidecar whether the pod was given a sidecar of the domain's mesh; absent means not
// rules stand on the type: on a record's component the generator would find each twice, on its field and its accessor
@ValidationRule(value = "self.domain == oldSelf.domain", message = "an attachment's domain never changes")
@ValidationRule(value = "self.addresses == oldSelf.addresses", message = "an attachment's addresses never change")
public record AttachmentSpec(
        @Required @PrinterColumn(name = "DOMAIN") String domain,

        @Required @PrinterColumn(name = "ADDRESSES") List<String> addresses,

        @Required @PrinterColumn(name = "NAMESPACE") String namespace,
        @Required String claimHash,
        @Nullable String identity,
        @Nullable Boolean sidecar) {
    /// An attachment without a mesh.
    public AttachmentSpec(
            String domain, List<String> addresses, String namespace, String claimHash, @Nullable String identity) {
        this(domain, addresses, namespace, claimHash, identity, null);
    }

    /// Makes immutable copies.
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public AttachmentSpec {
        addresses = addresses == null ? List.of() : List.copyOf(addresses);
    }
}
