/// A domain's mesh, with the real istiod.
@NullMarked
package dev.vl3mesh.testbed.istio;

import org.jspecify.annotations.NullMarked;
