package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.RemoteRoute;
import dev.vl3mesh.model.address.IpAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// What a batch of changes means for one room. Filled by a [DomainPlan], then applied once.
final class RoomDelta {
    private boolean definitionChanged;
    private final Map<NodeKey, Peer> putPeers = new LinkedHashMap<>();
    private final Map<NodeKey, Peer> dropPeers = new LinkedHashMap<>();
    private final Map<IpAddress, RemoteRoute> putRoutes = new LinkedHashMap<>();
    private final Map<IpAddress, RemoteRoute> dropRoutes = new LinkedHashMap<>();
    private final Set<String> pods = new LinkedHashSet<>();

    void definitionChanged() {
        definitionChanged = true;
    }

    void put(Peer peer) {
        dropPeers.remove(peer.node());
        putPeers.put(peer.node(), peer);
    }

    void drop(Peer peer) {
        putPeers.remove(peer.node());
        dropPeers.put(peer.node(), peer);
    }

    void put(RemoteRoute route) {
        dropRoutes.remove(route.destination());
        putRoutes.put(route.destination(), route);
    }

    void drop(RemoteRoute route) {
        putRoutes.remove(route.destination());
        dropRoutes.put(route.destination(), route);
    }

    void touchPod(String uid) {
        pods.add(uid);
    }

    /// Whether the domain itself is another than before, so that everything has to be looked at.
    boolean isDefinitionChanged() {
        return definitionChanged;
    }

    Map<NodeKey, Peer> putPeers() {
        return putPeers;
    }

    Map<NodeKey, Peer> dropPeers() {
        return dropPeers;
    }

    Map<IpAddress, RemoteRoute> putRoutes() {
        return putRoutes;
    }

    Map<IpAddress, RemoteRoute> dropRoutes() {
        return dropRoutes;
    }

    /// Uids of this node's pods whose attachment came, changed or went.
    Set<String> pods() {
        return pods;
    }
}
