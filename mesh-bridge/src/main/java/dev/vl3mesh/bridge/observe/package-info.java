/// What nodes and streams say of themselves.
@NullMarked
package dev.vl3mesh.bridge.observe;

import org.jspecify.annotations.NullMarked;
