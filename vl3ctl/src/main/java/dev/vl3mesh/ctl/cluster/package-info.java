/// Clusters as the command line reaches them, and what it reads there.
@NullMarked
package dev.vl3mesh.ctl.cluster;

import org.jspecify.annotations.NullMarked;
