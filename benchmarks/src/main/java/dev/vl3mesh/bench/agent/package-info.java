/// One agent, in namespaces of its own: its memory, its hook, its routes, its names.
@NullMarked
package dev.vl3mesh.bench.agent;

import org.jspecify.annotations.NullMarked;
