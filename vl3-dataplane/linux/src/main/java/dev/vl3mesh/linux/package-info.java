/// The kernel's interfaces for the node agent, as Java types; nothing of `java.lang.foreign` leaves this module.
@NullMarked
package dev.vl3mesh.linux;

import org.jspecify.annotations.NullMarked;
