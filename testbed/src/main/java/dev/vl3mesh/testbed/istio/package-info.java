/// The real Istio in the lab.
@NullMarked
package dev.vl3mesh.testbed.istio;

import org.jspecify.annotations.NullMarked;
