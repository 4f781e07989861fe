/// The gate of an attached pod: none of its containers starts before its domains are there.
@NullMarked
package dev.vl3mesh.wait;

import org.jspecify.annotations.NullMarked;
