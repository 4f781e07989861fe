/// What must be written back to Kubernetes: decided by pure functions, carried out by the leader.
@NullMarked
package dev.vl3mesh.bridge.reconcile;

import org.jspecify.annotations.NullMarked;
