/// What every verb shares: options, output, exit codes, time.
@NullMarked
package dev.vl3mesh.ctl.session;

import org.jspecify.annotations.NullMarked;
