/// System tests of admission, of the API, of joining, of what we may do in a cluster, and of the command line.
@NullMarked
package dev.vl3mesh.testbed.admission;

import org.jspecify.annotations.NullMarked;
