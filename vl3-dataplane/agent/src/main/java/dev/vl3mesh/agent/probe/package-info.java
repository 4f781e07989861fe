/// Probes of the paths to other nodes, sent through the carriers themselves: latency, loss and MTU.
@NullMarked
package dev.vl3mesh.agent.probe;

import org.jspecify.annotations.NullMarked;
