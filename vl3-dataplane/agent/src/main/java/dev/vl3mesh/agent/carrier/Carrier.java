package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.util.Collection;
import java.util.Optional;

/// The strategy that carries one domain's packets from this node's room to those of its peers. Everything
/// may be repeated, and leaves alone what is right already. Used by one thread, but for [#tunnel]; throws the kernel's
/// refusals.
public interface Carrier extends AutoCloseable {
    /// Makes its interfaces in the room as they must be, and reaches these peers, and these pods at them.
    ///
    /// @param prune whether what is not among them is to be forgotten
    void reconcile(CarrierSpec spec, Collection<Peer> peers, Collection<RemoteRoute> routes, boolean prune);

    /// Reaches further or changed peers, and forgets others.
    void change(Collection<Peer> put, Collection<Peer> drop);

    /// Carries packets from and to further pods at its peers, and those of others no more. The routes themselves are
    /// the
    /// room's.
    void changeRoutes(Collection<RemoteRoute> put, Collection<RemoteRoute> drop);

    /// The index of the interface in the room that leads to peers over an underlay of this family.
    ///
    /// @throws IllegalStateException if this node has no address of the family
    int link(IpFamily underlay);

    /// What other nodes have to know to reach this one, beyond its address; nothing where it does not encrypt. Safe for
    /// threads.
    Optional<TunnelEnd> tunnel();

    /// What it is.
    CarrierKind kind();

    /// Lets go of everything, and leaves the interfaces.
    @Override
    void close();
}
