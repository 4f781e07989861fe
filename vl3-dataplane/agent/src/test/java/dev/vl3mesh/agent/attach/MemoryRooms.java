package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.RemoteRoute;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Rooms that exist in memory only. They outlive a closed [Room], as the kernel's do.
final class MemoryRooms implements Rooms {
    /// What a room has, by name.
    final Map<String, Content> contents = new TreeMap<>();
    /// What was done, in order.
    final List<String> log = new ArrayList<>();
    /// Pods, as `<namespace>/<name>`, whose attachment fails.
    final Set<String> failing = new TreeSet<>();

    static final class Content {
        @Nullable
        RoomSpec spec;

        final Map<String, PodLink> links = new TreeMap<>();
        final Map<NodeKey, Peer> peers = new TreeMap<>();
        final Map<IpAddress, RemoteRoute> routes = new TreeMap<>();

        Content(@Nullable RoomSpec spec) {
            this.spec = spec;
        }
    }

    Content content(String name) {
        return Objects.requireNonNull(contents.get(name), name);
    }

    @Override
    public Room open(RoomSpec spec) {
        boolean isNew = !contents.containsKey(spec.name());
        Content content = contents.computeIfAbsent(spec.name(), _ -> new Content(spec));
        log.add((isNew ? "make " : "take over ") + spec.name());
        RoomSpec last = Objects.requireNonNull(content.spec);
        return new MemoryRoom(content, isNew ? OptionalInt.empty() : OptionalInt.of(last.mtu()));
    }

    @Override
    public Set<String> names() {
        return new TreeSet<>(contents.keySet());
    }

    @Override
    public void remove(String name) {
        log.add("remove " + name);
        contents.remove(name);
    }

    private final class MemoryRoom implements Room {
        private final Content content;
        private final OptionalInt inherited;

        MemoryRoom(Content content, OptionalInt inherited) {
            this.content = content;
            this.inherited = inherited;
        }

        @Override
        public OptionalInt inheritedMtu() {
            return inherited;
        }

        @Override
        public Map<PodLink, String> reconcile(
                RoomSpec spec,
                Collection<PodLink> links,
                Collection<Peer> peers,
                Collection<RemoteRoute> routes,
                Prune prune) {
            content.spec = spec;
            if (prune.links()) {
                for (PodLink link : List.copyOf(content.links.values())) {
                    if (!links.contains(link)) {
                        detach(link);
                    }
                }
            }
            if (prune.remotes()) {
                content.peers.clear();
                content.routes.clear();
            }
            change(peers, List.of());
            changeRoutes(routes, List.of());
            Map<PodLink, String> failed = new HashMap<>();
            for (PodLink link : links) {
                try {
                    attach(link);
                } catch (AttachException e) {
                    failed.put(link, String.valueOf(e.getMessage()));
                }
            }
            return failed;
        }

        @Override
        public void attach(PodLink link) {
            if (failing.contains(link.pod())) {
                throw new AttachException("attach " + link.pod() + ": EPERM");
            }
            if (!link.equals(content.links.put(link.podUid(), link))) {
                log.add("attach " + link.pod());
            }
        }

        @Override
        public void detach(PodLink link) {
            if (content.links.remove(link.podUid(), link)) {
                log.add("detach " + link.pod());
            }
        }

        @Override
        public void change(Collection<Peer> put, Collection<Peer> drop) {
            put.forEach(peer -> content.peers.put(peer.node(), peer));
            drop.forEach(peer -> content.peers.remove(peer.node()));
        }

        @Override
        public void changeRoutes(Collection<RemoteRoute> put, Collection<RemoteRoute> drop) {
            put.forEach(route -> content.routes.put(route.destination(), route));
            drop.forEach(route -> content.routes.remove(route.destination()));
        }

        @Override
        public Optional<TunnelEnd> tunnel() {
            return Optional.empty();
        }

        @Override
        public int carrierLink(IpFamily underlay) {
            return underlay == IpFamily.V4 ? 1 : 2;
        }

        @Override
        public <T> T inside(IoCall<T> call) throws IOException {
            return call.call();
        }

        @Override
        public Map<DropReason, Long> drops() {
            return Map.of();
        }

        @Override
        public void close() {
            log.add("release");
        }
    }
}
