package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// Remembers the rooms that a node has open.
final class OpenRooms implements RoomListener {
    private final Map<DomainName, Room> rooms = new HashMap<>();

    Room of(DomainName domain) {
        return Objects.requireNonNull(rooms.get(domain), () -> "no room of " + domain + " is open");
    }

    @Override
    public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
        rooms.put(spec.domain(), room);
    }

    @Override
    public void peersChanged(DomainName domain, Collection<Peer> peers) {}

    @Override
    public void closed(DomainName domain) {
        rooms.remove(domain);
    }
}
