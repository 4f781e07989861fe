/// What sidecars say of themselves at their administration.
@NullMarked
package dev.vl3mesh.ctl.envoy;

import org.jspecify.annotations.NullMarked;
