package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Remembers the rooms that a node has open.
final class OpenRooms implements RoomListener {
    private final Map<DomainName, Room> rooms = new HashMap<>();

    Room of(DomainName domain) {
        return find(domain).orElseThrow(() -> new AssertionError("no room of " + domain + " is open"));
    }

    Optional<Room> find(DomainName domain) {
        return Optional.ofNullable(rooms.get(domain));
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
