/// The link to the home cluster.
@NullMarked
package dev.vl3mesh.bridge.link;

import org.jspecify.annotations.NullMarked;
