/// What carries a domain's packets from node to node.
@NullMarked
package dev.vl3mesh.agent.carrier;

import org.jspecify.annotations.NullMarked;
