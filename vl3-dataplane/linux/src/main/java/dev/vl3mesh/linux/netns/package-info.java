/// Network namespaces: entered by threads, pinned so that they outlive their maker.
@NullMarked
package dev.vl3mesh.linux.netns;

import org.jspecify.annotations.NullMarked;
