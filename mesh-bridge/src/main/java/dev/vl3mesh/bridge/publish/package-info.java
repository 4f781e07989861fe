/// What the cluster tells its agents and other clusters.
@NullMarked
package dev.vl3mesh.bridge.publish;

import org.jspecify.annotations.NullMarked;
