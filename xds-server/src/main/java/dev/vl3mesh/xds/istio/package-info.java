/// Istio's configuration for a domain, made of the domain's resources.
@NullMarked
package dev.vl3mesh.xds.istio;

import org.jspecify.annotations.NullMarked;
