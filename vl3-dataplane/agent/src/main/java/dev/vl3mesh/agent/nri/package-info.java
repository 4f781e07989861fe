/// The Node Resource Interface of containerd and CRI-O: hears of each pod sandbox while the runtime waits.
@NullMarked
package dev.vl3mesh.agent.nri;

import org.jspecify.annotations.NullMarked;
