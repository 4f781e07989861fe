/// The delta xDS server and its clients. A [dev.vl3mesh.xds.ResourceStore] holds what the planner publishes;
/// servers and clients are streams over it.
@NullMarked
package dev.vl3mesh.xds;

import org.jspecify.annotations.NullMarked;
