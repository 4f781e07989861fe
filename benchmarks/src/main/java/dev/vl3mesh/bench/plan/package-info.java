/// The planner and the encoder in a large mesh.
@NullMarked
package dev.vl3mesh.bench.plan;

import org.jspecify.annotations.NullMarked;
