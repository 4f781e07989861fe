package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.CarrierSpec;
import dev.vl3mesh.agent.carrier.Vtep;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import java.util.List;

/// What a domain's room on this node is like, apart from who is in it.
///
/// @param carrier what carries packets between nodes
/// @param vni identifies the domain on the wire between nodes, where that takes a number
/// @param mtu bytes of an inner packet, for pods and carrier alike
/// @param prefixes everything that a pod reaches through the room
/// @param gateway the domain's gateway addresses, the same on every node
/// @param vtep this node's end of the carrier
/// @param configuredMtu what the domain asks for, in bytes; 0 where it follows from the paths
/// @param ends this node's ways to the underlay, at most one of each family
public record RoomSpec(
        DomainName domain,
        CarrierKind carrier,
        int vni,
        int mtu,
        List<IpPrefix> prefixes,
        List<IpAddress> gateway,
        Vtep vtep,
        int configuredMtu,
        List<CarrierSpec.End> ends) {

    /// Makes immutable copies.
    public RoomSpec {
        prefixes = List.copyOf(prefixes);
        gateway = List.copyOf(gateway);
        ends = List.copyOf(ends);
    }

    /// The name of the room's namespace below `/run/netns`, and of the pods' interfaces in the domain.
    public String name() {
        return InterfaceName.of(domain).value();
    }
}
