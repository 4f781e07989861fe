/// The access relay: lets the sidecars of this node's pods speak to the control plane of their domain's mesh, after
/// each has shown who it is.
@NullMarked
package dev.vl3mesh.agent.relay;

import org.jspecify.annotations.NullMarked;
