/// What Kubernetes says, kept at hand.
@NullMarked
package dev.vl3mesh.bridge.watch;

import org.jspecify.annotations.NullMarked;
