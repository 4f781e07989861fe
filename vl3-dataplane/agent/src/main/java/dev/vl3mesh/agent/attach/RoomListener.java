package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import java.util.Collection;

/// Hears of the rooms, to serve and probe in them. Called by the thread that changes rooms; returns soon.
public interface RoomListener {
    /// A room is open, or was changed.
    void opened(RoomSpec spec, Room room, Collection<Peer> peers);

    /// The domain's peers are these from now on.
    void peersChanged(DomainName domain, Collection<Peer> peers);

    /// A room is about to be let go of or taken away.
    void closed(DomainName domain);
}
