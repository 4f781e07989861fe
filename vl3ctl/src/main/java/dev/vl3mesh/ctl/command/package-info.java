/// The verbs of the command line, one class each.
@NullMarked
package dev.vl3mesh.ctl.command;

import org.jspecify.annotations.NullMarked;
