/// What must hold of the whole repository.
@NullMarked
package dev.vl3mesh.gates;

import org.jspecify.annotations.NullMarked;
