/// WireGuard (Donenfeld: WireGuard: Next Generation Kernel Network Tunnel, the whitepaper) as a state machine. It has
/// no
/// sockets, clock or threads: messages, packets and the time are handed in, and it hands out what is to be sent.
@NullMarked
package dev.vl3mesh.tunnel;

import org.jspecify.annotations.NullMarked;
