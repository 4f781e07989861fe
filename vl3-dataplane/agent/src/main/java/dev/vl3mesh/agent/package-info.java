/// The node agent: wires what it hears (pods from the runtime, resources from the control plane) to what it
/// does (attach, carry, answer names, probe, report).
@NullMarked
package dev.vl3mesh.agent;

import org.jspecify.annotations.NullMarked;
