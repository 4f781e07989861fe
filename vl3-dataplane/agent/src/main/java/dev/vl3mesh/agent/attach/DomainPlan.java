package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.RemoteRoute;
import dev.vl3mesh.agent.carrier.Vtep;
import dev.vl3mesh.agent.state.Change;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What one domain's resources mean for this node: which peers, routes and pods its room must have. Pure,
/// belongs to one thread; a change costs what it changes.
final class DomainPlan {
    private final DomainName domain;
    private final NodeKey self;
    private final List<IpAddress> ownOuter;

    private final TreeMap<KubeClusterName, DomainResource> definitions = new TreeMap<>();
    private @Nullable AddressPlan addressPlan;
    private final Map<NodeKey, Peer> peers = new HashMap<>();
    private final Map<NodeKey, Set<IpAddress>> addressesByNode = new HashMap<>();
    /// Who claims an address. More than one only while something is wrong; then the first key wins,
    /// everywhere alike.
    private final Map<IpAddress, TreeMap<ResourceKey, NodeKey>> claims = new HashMap<>();

    private final Map<IpAddress, RemoteRoute> routes = new HashMap<>();
    private final Map<String, AttachmentResource> pods = new TreeMap<>();
    private int localAttachments;

    /// @param ownOuter this node's addresses on the underlay
    DomainPlan(DomainName domain, NodeKey self, List<IpAddress> ownOuter) {
        this.domain = domain;
        this.self = self;
        this.ownOuter = ownOuter;
    }

    /// Takes one change and adds what follows from it.
    void apply(Change change, RoomDelta delta) {
        Object kind = change.after() == null ? change.before() : change.after();
        switch (kind) {
            case DomainResource _ -> definition(change.key().origin(), (DomainResource) change.after(), delta);
            case NodeResource node -> node(node, change.after() == null, delta);
            case AttachmentResource _ -> attachment(change, delta);
            case ServiceResource _, VirtualResource _ -> {}
            case null, default -> throw new IllegalArgumentException("change without a resource: " + change.key());
        }
    }

    private void definition(KubeClusterName origin, @Nullable DomainResource after, RoomDelta delta) {
        if (after == null) {
            definitions.remove(origin);
        } else {
            definitions.put(origin, after);
        }
        addressPlan = definition().map(d -> AddressPlan.of(d.prefixes())).orElse(null);
        delta.definitionChanged();
        Set.copyOf(claims.keySet()).forEach(address -> route(address, delta));
    }

    private void node(NodeResource node, boolean gone, RoomDelta delta) {
        NodeKey key = new NodeKey(node.origin(), node.node());
        if (key.equals(self)) {
            return;
        }
        Peer before = peers.remove(key);
        Peer after = gone
                ? null
                : reach(node)
                        .map(outer -> new Peer(key, Vtep.of(domain, key), outer, tunnel(node, before)))
                        .orElse(null);
        if (after != null) {
            peers.put(key, after);
        }
        if (Objects.equals(before, after)) {
            return;
        }
        if (after != null) {
            delta.put(after);
        } else if (before != null) {
            delta.drop(before);
        }
        boolean sameWay = before != null
                && after != null
                && before.outer().family() == after.outer().family();
        if (!sameWay) {
            addressesByNode.getOrDefault(key, Set.of()).forEach(address -> route(address, delta));
        }
    }

    /// A control plane that has just started does not know what nodes have said, until they say it again.
    private static Optional<TunnelEnd> tunnel(NodeResource node, @Nullable Peer before) {
        return node.tunnel().or(() -> Optional.ofNullable(before).flatMap(Peer::tunnel));
    }

    /// The first family that both nodes have, IPv4 first because its header is the smaller one.
    private Optional<IpAddress> reach(NodeResource node) {
        for (IpFamily family : IpFamily.values()) {
            if (ownOuter.stream().anyMatch(own -> own.family() == family)) {
                Optional<IpAddress> outer = node.outerAddresses().stream()
                        .filter(address -> address.family() == family)
                        .findFirst();
                if (outer.isPresent()) {
                    return outer;
                }
            }
        }
        return Optional.empty();
    }

    private void attachment(Change change, RoomDelta delta) {
        if (change.before() instanceof AttachmentResource before) {
            unclaim(change.key(), before);
        }
        if (change.after() instanceof AttachmentResource after) {
            claim(change.key(), after);
        }
        Set<IpAddress> addresses = new TreeSet<>();
        for (Object side : new Object[] {change.before(), change.after()}) {
            if (side instanceof AttachmentResource attachment) {
                addresses.addAll(attachment.addresses());
                if (isLocal(attachment)) {
                    attachment.podUid().ifPresent(delta::touchPod);
                }
            }
        }
        addresses.forEach(address -> route(address, delta));
    }

    private void unclaim(ResourceKey key, AttachmentResource before) {
        NodeKey node = node(before);
        for (IpAddress address : before.addresses()) {
            TreeMap<ResourceKey, NodeKey> claimants = claims.get(address);
            if (claimants != null) {
                claimants.remove(key);
                if (!claimants.containsValue(node)) {
                    forget(node, address);
                }
                if (claimants.isEmpty()) {
                    claims.remove(address);
                }
            }
        }
        if (isLocal(before)) {
            localAttachments--;
            before.podUid().ifPresent(uid -> pods.remove(uid, before));
        }
    }

    private void forget(NodeKey node, IpAddress address) {
        addressesByNode.computeIfPresent(node, (_, addresses) -> {
            addresses.remove(address);
            return addresses.isEmpty() ? null : addresses;
        });
    }

    private void claim(ResourceKey key, AttachmentResource after) {
        NodeKey node = node(after);
        for (IpAddress address : after.addresses()) {
            claims.computeIfAbsent(address, _ -> new TreeMap<>()).put(key, node);
            addressesByNode.computeIfAbsent(node, _ -> new TreeSet<>()).add(address);
        }
        if (isLocal(after)) {
            localAttachments++;
            after.podUid().ifPresent(uid -> pods.put(uid, after));
        }
    }

    private static NodeKey node(AttachmentResource attachment) {
        return new NodeKey(attachment.origin(), attachment.node());
    }

    private boolean isLocal(AttachmentResource attachment) {
        return node(attachment).equals(self);
    }

    private void route(IpAddress address, RoomDelta delta) {
        RemoteRoute before = routes.get(address);
        RemoteRoute after = wanted(address);
        if (after != null) {
            routes.put(address, after);
            if (!after.equals(before)) {
                delta.put(after);
            }
        } else if (before != null) {
            routes.remove(address);
            delta.drop(before);
        }
    }

    /// A pod of this node is never routed away, and nobody gets an address that is no pod's in this domain.
    private @Nullable RemoteRoute wanted(IpAddress address) {
        TreeMap<ResourceKey, NodeKey> claimants = claims.get(address);
        AddressPlan places = addressPlan;
        if (claimants == null || places == null || claimants.containsValue(self)) {
            return null;
        }
        if (places.indexOf(address).isEmpty()
                || !places.allocatable(places.indexOf(address).getAsInt())) {
            return null;
        }
        Peer peer = peers.get(claimants.firstEntry().getValue());
        return peer == null
                ? null
                : new RemoteRoute(address, peer.vtep().linkLocal(), peer.outer().family());
    }

    /// The domain's own definition, once it is known.
    Optional<DomainResource> definition() {
        return definitions.isEmpty()
                ? Optional.empty()
                : Optional.of(definitions.firstEntry().getValue());
    }

    /// Where the domain's gateway and everybody else is, once that is known.
    Optional<AddressPlan> addressPlan() {
        return Optional.ofNullable(addressPlan);
    }

    /// Whether this node has any pod in the domain, also one that has no sandbox yet.
    boolean isNeeded() {
        return localAttachments > 0;
    }

    Map<NodeKey, Peer> peers() {
        return Collections.unmodifiableMap(peers);
    }

    Map<IpAddress, RemoteRoute> routes() {
        return Collections.unmodifiableMap(routes);
    }

    /// This node's attachments whose pod is known, by pod uid.
    Map<String, AttachmentResource> pods() {
        return Collections.unmodifiableMap(pods);
    }
}
