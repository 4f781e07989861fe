/// Which domains a pod joins, from its labels and its namespace's: one rule, used by admission and by the command line
/// alike.
@NullMarked
package dev.vl3mesh.model.join;

import org.jspecify.annotations.NullMarked;
