package dev.vl3mesh.agent.relay;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.model.address.IpAddress;

/// One pod of a mesh's control plane.
///
/// @param name of its Service
/// @param address in the domain
/// @param node that it runs on
record ControlPlane(String name, IpAddress address, NodeKey node) {}
