/// Pods in several meshes at once, by the real control planes, and proof that nothing crosses.
@NullMarked
package dev.vl3mesh.testbed.meshes;

import org.jspecify.annotations.NullMarked;
