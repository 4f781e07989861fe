package dev.vl3mesh.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/// The service mesh that runs over a domain.
///
/// @param istio the only kind so far
public record MeshSpec(
        @Required @JsonPropertyDescription("Istio, whose control plane lives in the domain, in the home cluster.")
        IstioSpec istio) {}
