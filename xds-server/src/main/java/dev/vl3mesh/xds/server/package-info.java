/// What a control plane serves.
@NullMarked
package dev.vl3mesh.xds.server;

import org.jspecify.annotations.NullMarked;
