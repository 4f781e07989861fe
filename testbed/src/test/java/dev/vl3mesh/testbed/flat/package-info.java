/// The flat network as its users meet it: who reaches whom, under which names, and who does not.
@NullMarked
package dev.vl3mesh.testbed.flat;

import org.jspecify.annotations.NullMarked;
