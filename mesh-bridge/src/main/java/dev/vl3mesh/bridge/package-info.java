/// The controller of one cluster, and its start.
@NullMarked
package dev.vl3mesh.bridge;

import org.jspecify.annotations.NullMarked;
