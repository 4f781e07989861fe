/// What agents, members and people ask of the control plane.
@NullMarked
package dev.vl3mesh.bridge.serve;

import org.jspecify.annotations.NullMarked;
