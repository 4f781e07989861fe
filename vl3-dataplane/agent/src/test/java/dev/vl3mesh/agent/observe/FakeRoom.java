package dev.vl3mesh.agent.observe;

import dev.vl3mesh.agent.attach.DropReason;
import dev.vl3mesh.agent.attach.PodLink;
import dev.vl3mesh.agent.attach.Room;
import dev.vl3mesh.agent.attach.RoomSpec;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.RemoteRoute;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A room of which nothing is real but the number of dropped packets.
final class FakeRoom implements Room {
    final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);

    @Override
    public Map<DropReason, Long> drops() {
        return Map.copyOf(drops);
    }

    @Override
    public Map<PodLink, String> reconcile(
            RoomSpec spec,
            Collection<PodLink> links,
            Collection<Peer> peers,
            Collection<RemoteRoute> routes,
            Prune prune) {
        throw new UnsupportedOperationException();
    }

    @Override
    public OptionalInt inheritedMtu() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void attach(PodLink link) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void detach(PodLink link) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void change(Collection<Peer> put, Collection<Peer> drop) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void changeRoutes(Collection<RemoteRoute> put, Collection<RemoteRoute> drop) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int carrierLink(IpFamily underlay) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<TunnelEnd> tunnel() {
        return Optional.empty();
    }

    @Override
    public <T> T inside(IoCall<T> call) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
