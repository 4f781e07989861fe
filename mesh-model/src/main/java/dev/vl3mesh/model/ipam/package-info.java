/// Which address a pod gets: the choice alone, without the API server that makes it unique.
@NullMarked
package dev.vl3mesh.model.ipam;

import org.jspecify.annotations.NullMarked;
