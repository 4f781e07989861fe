package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.address.IpAddress;

/// Another node of a domain, as this node reaches it.
///
/// @param vtep its end of the carrier
/// @param outer its address on the underlay
public record Peer(NodeKey node, Vtep vtep, IpAddress outer) {}
