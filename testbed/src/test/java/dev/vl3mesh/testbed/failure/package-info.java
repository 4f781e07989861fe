/// What happens to traffic when parts of the mesh, of Kubernetes and of the network fail, one after another.
@NullMarked
package dev.vl3mesh.testbed.failure;

import org.jspecify.annotations.NullMarked;
