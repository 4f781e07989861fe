/// The command line of vl3mesh, `vl3ctl`.
@NullMarked
package dev.vl3mesh.ctl;

import org.jspecify.annotations.NullMarked;
