package dev.vl3mesh.agent.attach;

import dev.vl3mesh.model.address.IpAddress;

/// The network that carries the packets between nodes, as this node sees it.
public interface Underlay {
    /// The MTU of the interface that has one of this node's outer addresses, in bytes; 1500 where no
    /// interface has it.
    int mtu(IpAddress outer);
}
