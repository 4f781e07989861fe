package dev.vl3mesh.agent.relay;

import java.net.InetSocketAddress;

/// Where a control plane is reached from this node, itself or by the hop of its node.
///
/// @param name of its Service, by which its certificate is checked
record Upstream(String name, InetSocketAddress address) {}
