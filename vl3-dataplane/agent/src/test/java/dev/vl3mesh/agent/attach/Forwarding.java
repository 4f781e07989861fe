package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import java.util.Collection;

/// Tells whoever listens to a side at the moment.
record Forwarding(TwoNodes.Side side) implements RoomListener {
    @Override
    public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
        side.rooms.opened(spec, room, peers);
        side.listener.opened(spec, room, peers);
    }

    @Override
    public void peersChanged(DomainName domain, Collection<Peer> peers) {
        side.listener.peersChanged(domain, peers);
    }

    @Override
    public void closed(DomainName domain) {
        side.rooms.closed(domain);
        side.listener.closed(domain);
    }
}
