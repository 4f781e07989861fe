package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.util.Optional;

/// Another node of a domain, as this node reaches it.
///
/// @param vtep its end of the carrier
/// @param outer its address on the underlay
/// @param tunnel its end of the encrypted carrier, once it has said it
public record Peer(NodeKey node, Vtep vtep, IpAddress outer, Optional<TunnelEnd> tunnel) {
    /// A peer that has not said how it encrypts.
    public Peer(NodeKey node, Vtep vtep, IpAddress outer) {
        this(node, vtep, outer, Optional.empty());
    }
}
