package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;

/// The way to one address of a pod on another node.
///
/// @param nextHop the link-local address of that node's end of the carrier
/// @param underlay the family in which the carrier's packets travel to that node
public record RemoteRoute(IpAddress destination, IpAddress nextHop, IpFamily underlay) {}
