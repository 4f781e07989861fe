/// Domains on this node: plans what each domain's room needs, and makes it so. Planning is pure; only a
/// [Room] touches the kernel.
@NullMarked
package dev.vl3mesh.agent.attach;

import org.jspecify.annotations.NullMarked;
