/// What this node shows of itself: reports to its control plane, health and metrics.
@NullMarked
package dev.vl3mesh.agent.observe;

import org.jspecify.annotations.NullMarked;
