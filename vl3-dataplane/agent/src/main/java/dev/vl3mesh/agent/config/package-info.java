/// The agent's configuration: from the environment, checked once and whole.
@NullMarked
package dev.vl3mesh.agent.config;

import org.jspecify.annotations.NullMarked;
