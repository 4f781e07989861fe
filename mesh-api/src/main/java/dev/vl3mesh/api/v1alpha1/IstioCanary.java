package dev.vl3mesh.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/// A second control plane of a mesh, beside the one in force, in the same namespace and under the same root.
///
/// @param revision of its control plane
/// @param proxyImage of the sidecars that it serves: the stock proxyv2 of its version
public record IstioCanary(
        @Required
        @Size(min = 1, max = 30)
        @Pattern("[a-z]([-a-z0-9]*[a-z0-9])?")
        @JsonPropertyDescription("The revision of the control plane; not the one in force.")
        String revision,

        @Required @Size(min = 1, max = 255) @JsonPropertyDescription("The image of the sidecars that it serves.")
        String proxyImage) {}
