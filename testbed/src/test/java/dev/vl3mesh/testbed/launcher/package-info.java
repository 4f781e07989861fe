/// The launcher `./vl3`, without a lab.
@NullMarked
package dev.vl3mesh.testbed.launcher;

import org.jspecify.annotations.NullMarked;
