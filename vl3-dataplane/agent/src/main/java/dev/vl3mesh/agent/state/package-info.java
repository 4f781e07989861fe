/// What the agent knows: the node's sandboxes, the resources of its domains, and their last good copy on disk.
@NullMarked
package dev.vl3mesh.agent.state;

import org.jspecify.annotations.NullMarked;
