package dev.vl3mesh.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/// The Istio of a domain.
///
/// @param revision of its control plane; absent means the domain's name
/// @param namespace of its control plane, in the home cluster; absent means `vl3-<domain>`
/// @param proxyImage of the sidecars: the stock proxyv2 of the control plane's version
/// @param canary a second control plane, for an upgrade; absent where there is none
public record IstioSpec(
        @Nullable
        @Size(max = 30)
        @Pattern("[a-z]([-a-z0-9]*[a-z0-9])?")
        @JsonPropertyDescription("The revision of the control plane. Left out: the domain's name.")
        String revision,

        @Nullable
        @Size(max = 63)
        @Pattern("[a-z0-9]([-a-z0-9]*[a-z0-9])?")
        @JsonPropertyDescription("The control plane's namespace in the home cluster. Left out: vl3-<domain>.")
        String namespace,

        @Required
        @Size(min = 1, max = 255)
        @JsonPropertyDescription("The image of the sidecars: Istio's own proxyv2, of the control plane's version.")
        String proxyImage,

        @Nullable
        @JsonPropertyDescription("A second control plane, for those pods that have its revision as label istio.io/rev.")
        IstioCanary canary) {
    /// The revision in force.
    public String revisionOf(String domain) {
        return revision == null ? domain : revision;
    }

    /// The namespace in force.
    public String namespaceOf(String domain) {
        return namespace == null ? "vl3-" + domain : namespace;
    }
}
