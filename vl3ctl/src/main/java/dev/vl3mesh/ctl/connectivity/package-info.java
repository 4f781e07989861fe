/// Tries out whether pods of a domain reach each other, in all clusters, with pods of its own.
@NullMarked
package dev.vl3mesh.ctl.connectivity;

import org.jspecify.annotations.NullMarked;
