/// Values for Istio's own Helm charts, so that an unmodified istiod serves a domain.
@NullMarked
package dev.vl3mesh.istio;

import org.jspecify.annotations.NullMarked;
