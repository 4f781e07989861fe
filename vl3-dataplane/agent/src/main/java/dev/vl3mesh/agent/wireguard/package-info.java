/// WireGuard in this process: where the protocol meets the kernel's interfaces and sockets.
@NullMarked
package dev.vl3mesh.agent.wireguard;

import org.jspecify.annotations.NullMarked;
