/// What the control plane says of the cluster and of itself in numbers.
@NullMarked
package dev.vl3mesh.bridge.metrics;

import org.jspecify.annotations.NullMarked;
