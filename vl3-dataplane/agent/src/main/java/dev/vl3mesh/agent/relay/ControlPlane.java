package dev.vl3mesh.agent.relay;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.model.address.IpAddress;

/// One pod of a mesh's control plane.
///
/// @param address in the domain
/// @param node that it runs on
record ControlPlane(IpAddress address, NodeKey node) {}
