package dev.vl3mesh.tunnel;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// What a tunnel gives out. Buffers are the tunnel's and are written again after the call.
public interface TunnelPort {
    /// Sends a message to a peer.
    void transmit(ByteBuffer message, InetSocketAddress to);

    /// Hands over a packet that has come, with its IP header.
    void deliver(ByteBuffer packet);
}
