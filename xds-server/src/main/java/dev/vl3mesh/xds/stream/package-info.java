/// One delta xDS stream as a state machine: no transport, no thread, no clock.
@NullMarked
package dev.vl3mesh.xds.stream;

import org.jspecify.annotations.NullMarked;
