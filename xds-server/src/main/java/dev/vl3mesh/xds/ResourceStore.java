package dev.vl3mesh.xds;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.model.plan.SnapshotSink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// All resources that this process knows, of all origins. One lock guards it; listeners are called outside of the
/// lock, with keys only, so that the work of
/// a change is the number of changed keys for each listener.
public final class ResourceStore implements SnapshotSink {
    /// Hears of changes. Calls may come from any thread and may be late, but a call for the last change always comes.
    public interface Listener {
        /// These resources changed, came or went, or may have become visible or hidden.
        void changed(Collection<ResourceKey> keys);

        /// An origin became complete.
        void completed(KubeClusterName origin);
    }

    private record NodeDomain(KubeClusterName cluster, NodeName node, DomainName domain) {}

    private final Map<ResourceKey, MeshResource> resources = new TreeMap<>();
    private final Map<DomainName, Set<ResourceKey>> byDomain = new HashMap<>();
    private final Map<NodeDomain, Integer> podsOnNode = new HashMap<>();
    private final Set<KubeClusterName> complete = new HashSet<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /// Adds a listener; it is told nothing of what is there already.
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /// Removes a listener.
    public void forget(Listener listener) {
        listeners.remove(listener);
    }

    /// @throws IllegalArgumentException if a key's origin is another than the publisher; nothing is applied then
    @Override
    public void apply(KubeClusterName origin, SnapshotDelta delta) {
        checkOrigin(origin, delta);
        Set<ResourceKey> changed = new HashSet<>();
        synchronized (this) {
            Set<DomainName> refreshed = new HashSet<>();
            for (ResourceKey key : delta.removals()) {
                MeshResource old = resources.remove(key);
                if (old != null) {
                    keysOf(key.domain()).remove(key);
                    count(old, -1, refreshed);
                    changed.add(key);
                }
            }
            for (MeshResource resource : delta.upserts()) {
                ResourceKey key = resource.key();
                MeshResource old = resources.put(key, resource);
                if (!resource.equals(old)) {
                    keysOf(key.domain()).add(key);
                    count(resource, 1, refreshed);
                    if (old != null) {
                        count(old, -1, refreshed);
                    }
                    changed.add(key);
                }
            }
            // a domain came to a node or left it: all of the domain may be visible or hidden there
            refreshed.forEach(domain -> changed.addAll(keysOf(domain)));
        }
        if (!changed.isEmpty()) {
            listeners.forEach(listener -> listener.changed(changed));
        }
    }

    private static void checkOrigin(KubeClusterName origin, SnapshotDelta delta) {
        for (MeshResource resource : delta.upserts()) {
            if (!resource.key().origin().equals(origin)) {
                throw new IllegalArgumentException(origin + " published " + resource.key());
            }
        }
        for (ResourceKey key : delta.removals()) {
            if (!key.origin().equals(origin)) {
                throw new IllegalArgumentException(origin + " removed " + key);
            }
        }
    }

    private Set<ResourceKey> keysOf(DomainName domain) {
        return byDomain.computeIfAbsent(domain, _ -> new HashSet<>());
    }

    private void count(MeshResource resource, int change, Set<DomainName> refreshed) {
        if (resource instanceof AttachmentResource a) {
            int now = podsOnNode.merge(new NodeDomain(a.origin(), a.node(), a.domain()), change, Integer::sum);
            if (now == 0) {
                podsOnNode.remove(new NodeDomain(a.origin(), a.node(), a.domain()));
            }
            if (now == 0 || (now == 1 && change == 1)) {
                refreshed.add(a.domain());
            }
        }
    }

    @Override
    public void complete(KubeClusterName origin) {
        boolean first;
        synchronized (this) {
            first = complete.add(origin);
        }
        if (first) {
            listeners.forEach(listener -> listener.completed(origin));
        }
    }

    /// Forgets an origin altogether, as when its cluster has left.
    public void drop(KubeClusterName origin) {
        Set<ResourceKey> keys;
        synchronized (this) {
            keys = new HashSet<>(resources.keySet());
        }
        keys.removeIf(key -> !key.origin().equals(origin));
        complete(origin);
        apply(origin, new SnapshotDelta(List.of(), keys));
    }

    /// Whether everything that an origin has is here.
    public synchronized boolean isComplete(KubeClusterName origin) {
        return complete.contains(origin);
    }

    /// The complete origins.
    public synchronized Set<KubeClusterName> completeOrigins() {
        return Set.copyOf(complete);
    }

    /// A resource.
    public synchronized Optional<MeshResource> get(ResourceKey key) {
        return Optional.ofNullable(resources.get(key));
    }

    /// What a view shows of a resource.
    public synchronized Optional<MeshResource> see(View view, ResourceKey key) {
        @Nullable MeshResource resource = resources.get(key);
        return resource == null ? Optional.empty() : view.see(resource, domain -> onNode(view, domain));
    }

    private boolean onNode(View view, DomainName domain) {
        return view instanceof View.OfNode(KubeClusterName cluster, NodeName node)
                && podsOnNode.containsKey(new NodeDomain(cluster, node, domain));
    }

    /// All keys of a kind, in order.
    public synchronized List<ResourceKey> keys(ResourceKind kind) {
        List<ResourceKey> keys = new ArrayList<>();
        for (ResourceKey key : resources.keySet()) {
            if (key.kind().compareTo(kind) > 0) {
                break; // keys are ordered by kind first
            }
            if (key.kind() == kind) {
                keys.add(key);
            }
        }
        return keys;
    }

    /// All resources of an origin, for tests and status.
    public synchronized List<MeshResource> of(KubeClusterName origin) {
        return resources.values().stream()
                .filter(resource -> resource.key().origin().equals(origin))
                .toList();
    }
}
