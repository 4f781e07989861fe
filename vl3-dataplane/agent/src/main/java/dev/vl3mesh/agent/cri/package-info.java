/// The Container Runtime Interface: lists the pod sandboxes of the node, to heal what was missed.
@NullMarked
package dev.vl3mesh.agent.cri;

import org.jspecify.annotations.NullMarked;
