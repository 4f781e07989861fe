package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.address.IpFamily;
import java.util.Collection;
import java.util.Set;

/// The strategy that carries one domain's packets from this node's room to those of its peers. Everything
/// may be repeated, and leaves alone what is right already. Used by one thread; throws the kernel's
/// refusals.
public interface Carrier {
    /// Makes its interfaces in the room as they must be, and reaches these peers.
    ///
    /// @param prune whether peers that are not among them are to be forgotten
    void reconcile(CarrierSpec spec, Collection<Peer> peers, boolean prune);

    /// Reaches further or changed peers, and forgets others.
    void change(Collection<Peer> put, Collection<Peer> drop);

    /// The index of the interface in the room that leads to peers over an underlay of this family.
    ///
    /// @throws IllegalStateException if this node has no address of the family
    int link(IpFamily underlay);

    /// The names of all interfaces that a carrier of this kind may have in a room.
    Set<String> interfaceNames();
}
