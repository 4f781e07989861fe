/// The admission webhook of one cluster: its process.
@NullMarked
package dev.vl3mesh.injector;

import org.jspecify.annotations.NullMarked;
