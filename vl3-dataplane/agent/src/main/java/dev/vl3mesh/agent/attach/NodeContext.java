package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.CarrierSpec;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import java.util.Collection;
import java.util.List;

/// This node, as all of its domains see it.
///
/// @param outer its addresses on the underlay, at most one of each family
public record NodeContext(NodeKey self, List<IpAddress> outer, Rooms rooms, RoomListener listener, Underlay underlay) {
    /// RFC 8200, 5: less is no IPv6, and Linux switches it off on such an interface.
    public static final int MTU_MIN = 1280;

    private static final int UNDERLAY_MTU_DEFAULT = 1500;

    /// Makes an immutable copy of the addresses.
    public NodeContext {
        outer = List.copyOf(outer);
    }

    /// This node's ways to the underlay, as they are now.
    ///
    /// @param mtu the domain's, which pods may already use, so that no way is narrower
    List<CarrierSpec.End> ends(CarrierKind carrier, int mtu) {
        return outer.stream()
                .map(own -> new CarrierSpec.End(own, Math.max(mtu, carrier.innerMtu(underlay.mtu(own), own.family()))))
                .toList();
    }

    /// The MTU to begin with: what the own underlay allows, until the paths to the peers were measured.
    int unmeasuredMtu(CarrierKind carrier, Collection<Peer> peers) {
        return outer.stream()
                .filter(own -> peers.isEmpty()
                        ? own.equals(outer.getFirst())
                        : peers.stream().anyMatch(p -> p.outer().family() == own.family()))
                .mapToInt(own -> Math.max(MTU_MIN, carrier.innerMtu(underlay.mtu(own), own.family())))
                .min()
                .orElse(carrier.innerMtu(UNDERLAY_MTU_DEFAULT, IpFamily.V6));
    }
}
