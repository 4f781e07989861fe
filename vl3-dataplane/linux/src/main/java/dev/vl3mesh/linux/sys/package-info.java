/// Calls into the C library. The only package that names java.lang.foreign; what it returns are numbers and bytes.
@NullMarked
package dev.vl3mesh.linux.sys;

import org.jspecify.annotations.NullMarked;
