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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// All resources that this process knows, of all origins. One lock guards it; listeners are called outside of the
/// lock, with keys only, so that the work of a change is the number of changed keys for each listener.
///
/// What an origin has may come over several links: of the domains that are at home here by its own, of each other
/// home's domains by the link to that home. So whether an origin is complete is a matter of the domain's home.
public final class ResourceStore implements SnapshotSink {
    /// Hears of changes. Calls may come from any thread and may be late, but a call for the last change always comes.
    public interface Listener {
        /// These resources changed, came or went, or may have become visible or hidden.
        void changed(Collection<ResourceKey> keys);

        /// An origin became complete.
        void completed(KubeClusterName origin);
    }

    /// What a view shows of a resource.
    public sealed interface Sight {
        /// The view has no such resource.
        Sight GONE = new Gone();
        /// Whether the view has such a resource is not known yet: nothing may be said of it.
        Sight UNKNOWN = new Unknown();

        /// The view has it.
        ///
        /// @param resource as the view shows it
        record Seen(MeshResource resource) implements Sight {}

        /// See [#GONE].
        record Gone() implements Sight {}

        /// See [#UNKNOWN].
        record Unknown() implements Sight {}
    }

    private record NodeDomain(KubeClusterName cluster, NodeName node, DomainName domain) {}

    private final Map<ResourceKey, MeshResource> resources = new TreeMap<>();
    private final Map<DomainName, Set<ResourceKey>> byDomain = new HashMap<>();
    private final Map<NodeDomain, Integer> podsOnNode = new HashMap<>();
    private final Homes homes;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /// Starts empty, for what one other side tells.
    public ResourceStore() {
        homes = new Homes(Optional.empty());
    }

    /// Starts empty, for a control plane.
    ///
    /// @param self the cluster that it is of: origin of what is published here, and home of domains
    public ResourceStore(KubeClusterName self) {
        homes = new Homes(Optional.of(self));
    }

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
                    if (homes.gone(key)) {
                        refreshed.add(key.domain());
                    }
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
                    if (homes.came(key)) {
                        refreshed.add(key.domain());
                    }
                    changed.add(key);
                }
            }
            // a domain came to a node or left it, or its home came to be known: all of it may be visible or hidden
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
        tell(homes::complete, origin);
    }

    /// Says that everything that an origin has in the domains of another home was told by that home.
    public void complete(KubeClusterName home, KubeClusterName origin) {
        tell(complete -> homes.complete(home, complete), origin);
    }

    private void tell(Predicate<KubeClusterName> completes, KubeClusterName origin) {
        boolean first;
        synchronized (this) {
            first = completes.test(origin);
        }
        if (first) {
            listeners.forEach(listener -> listener.completed(origin));
        }
    }

    /// Says which other homes there are: until they have told which domains they have, a domain that is not known
    /// may be one of theirs.
    public synchronized void follow(Set<KubeClusterName> others) {
        homes.follow(others);
    }

    /// Forgets what an origin has in the domains that are at home here, as when its cluster has left.
    public void drop(KubeClusterName origin) {
        drop(key -> key.origin().equals(origin) && !homes.isElsewhere(key.domain()));
        complete(origin);
    }

    /// Forgets what another home has told, as when it has been left. What this cluster itself has stays.
    public void dropHome(KubeClusterName home) {
        drop(key -> (homes.isAt(home, key.domain()) && !homes.isSelf(key.origin()))
                || (key.kind() == ResourceKind.DOMAIN && key.origin().equals(home)));
        synchronized (this) {
            homes.forget(home);
        }
    }

    private void drop(Predicate<ResourceKey> which) {
        Map<KubeClusterName, Set<ResourceKey>> byOrigin = new HashMap<>();
        synchronized (this) {
            for (ResourceKey key : resources.keySet()) {
                if (which.test(key)) {
                    byOrigin.computeIfAbsent(key.origin(), _ -> new HashSet<>()).add(key);
                }
            }
        }
        byOrigin.forEach((origin, keys) -> apply(origin, new SnapshotDelta(List.of(), keys)));
    }

    /// Whether everything that an origin has in the domains at home here is known.
    public synchronized boolean isComplete(KubeClusterName origin) {
        return homes.isComplete(origin);
    }

    /// Whether everything is known that another home has to tell of itself, its domains first of all.
    public synchronized boolean hasTold(KubeClusterName home) {
        return homes.hasTold(home);
    }

    /// The origins that a view may be told to be complete: everything that it shows of them is known.
    public synchronized Set<KubeClusterName> completeOrigins(View view) {
        if (view instanceof View.OfOrigin(KubeClusterName origin, KubeClusterName home)) {
            return homes.hasTold(home) && homes.isComplete(origin) ? Set.of(origin) : Set.of();
        }
        return homes.completeOrigins();
    }

    /// Where a domain is at home; empty while its definition is not known.
    public synchronized Optional<KubeClusterName> homeOf(DomainName domain) {
        return homes.of(domain);
    }

    /// A resource.
    public synchronized Optional<MeshResource> get(ResourceKey key) {
        return Optional.ofNullable(resources.get(key));
    }

    /// What a view shows of a resource.
    public synchronized Sight look(View view, ResourceKey key) {
        @Nullable MeshResource resource = resources.get(key);
        if (resource == null) {
            return homes.knowsAllOf(key) ? Sight.GONE : Sight.UNKNOWN;
        }
        Optional<KubeClusterName> home = homes.of(key.domain());
        if (view.home().isPresent() && !home.equals(view.home())) {
            return home.isPresent() || homes.knowsAllDomains() ? Sight.GONE : Sight.UNKNOWN;
        }
        return view.see(resource, domain -> onNode(view, domain))
                .<Sight>map(Sight.Seen::new)
                .orElse(Sight.GONE);
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
