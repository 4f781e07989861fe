/// The words that every part of vl3mesh shares, as immutable values.
@NullMarked
package dev.vl3mesh.model;

import org.jspecify.annotations.NullMarked;
