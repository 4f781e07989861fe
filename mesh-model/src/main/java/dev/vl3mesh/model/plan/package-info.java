/// What control planes and agents exchange: immutable resources, and the pure planning that makes them of a cluster's
/// state.
@NullMarked
package dev.vl3mesh.model.plan;

import org.jspecify.annotations.NullMarked;
