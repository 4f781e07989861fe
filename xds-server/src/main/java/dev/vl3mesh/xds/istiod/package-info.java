/// Asks the istiod of a domain about its configuration.
@NullMarked
package dev.vl3mesh.xds.istiod;

import org.jspecify.annotations.NullMarked;
