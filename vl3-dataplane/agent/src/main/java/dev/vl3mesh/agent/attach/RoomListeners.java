package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import java.util.Collection;
import java.util.List;

/// Tells several listeners, in order; of an end in the opposite order.
public record RoomListeners(List<RoomListener> listeners) implements RoomListener {
    /// Makes an immutable copy.
    public RoomListeners {
        listeners = List.copyOf(listeners);
    }

    @Override
    public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
        listeners.forEach(listener -> listener.opened(spec, room, peers));
    }

    @Override
    public void peersChanged(DomainName domain, Collection<Peer> peers) {
        listeners.forEach(listener -> listener.peersChanged(domain, peers));
    }

    @Override
    public void closed(DomainName domain) {
        listeners.reversed().forEach(listener -> listener.closed(domain));
    }
}
