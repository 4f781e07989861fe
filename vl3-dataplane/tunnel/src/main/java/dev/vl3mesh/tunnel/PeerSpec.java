package dev.vl3mesh.tunnel;

import dev.vl3mesh.model.address.IpPrefix;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A peer, as it is configured.
///
/// @param presharedKey [TunnelKey#NONE] where there is none
/// @param endpoint where it is called; empty where it is waited for
/// @param allowed from where its packets may be, and which packets go to it
/// @param keepalive how often something is sent at least; zero for no such thing
public record PeerSpec(
        TunnelKey publicKey,
        TunnelKey presharedKey,
        Optional<InetSocketAddress> endpoint,
        List<IpPrefix> allowed,
        Duration keepalive) {}
