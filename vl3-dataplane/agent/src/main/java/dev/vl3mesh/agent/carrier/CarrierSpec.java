package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.address.IpAddress;
import java.util.List;

/// What a domain's carrier on this node is like.
///
/// @param vni identifies the domain on the wire
/// @param vtep this node's end
/// @param ends this node's addresses on the underlay, at most one of each family
public record CarrierSpec(int vni, Vtep vtep, List<End> ends) {
    /// Makes an immutable copy.
    public CarrierSpec {
        ends = List.copyOf(ends);
    }

    /// One way out of this node.
    ///
    /// @param outer this node's address there
    /// @param mtu bytes of the longest inner packet that fits into one outer packet on the first link
    public record End(IpAddress outer, int mtu) {}
}
