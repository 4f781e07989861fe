/// The text by which one cluster lets another one in.
@NullMarked
package dev.vl3mesh.api.invitation;

import org.jspecify.annotations.NullMarked;
