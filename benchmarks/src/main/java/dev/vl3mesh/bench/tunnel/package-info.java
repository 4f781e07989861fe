/// WireGuard in Java beside the reference's own programs.
@NullMarked
package dev.vl3mesh.bench.tunnel;

import org.jspecify.annotations.NullMarked;
