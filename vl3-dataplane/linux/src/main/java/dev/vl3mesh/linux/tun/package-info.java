/// TUN interfaces.
@NullMarked
package dev.vl3mesh.linux.tun;

import org.jspecify.annotations.NullMarked;
