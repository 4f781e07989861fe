/// Measurements, each beside what it is compared to.
@NullMarked
package dev.vl3mesh.bench;

import org.jspecify.annotations.NullMarked;
