/// Resources of the model as protocol messages, and back.
@NullMarked
package dev.vl3mesh.xds.encode;

import org.jspecify.annotations.NullMarked;
