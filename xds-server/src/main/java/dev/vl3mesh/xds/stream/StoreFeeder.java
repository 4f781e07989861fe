package dev.vl3mesh.xds.stream;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.ResourceStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Puts what a stream brings into a store, under the origins that the other side may speak for.
public class StoreFeeder implements ResourceListener {
    private final ResourceStore store;
    private final Predicate<KubeClusterName> mayCarry;

    /// Feeds a store.
    ///
    /// @param mayCarry the origins that the other side may speak for
    public StoreFeeder(ResourceStore store, Predicate<KubeClusterName> mayCarry) {
        this.store = store;
        this.mayCarry = mayCarry;
    }

    /// What the store has of the origins carried here, as names without versions: enough for the sender to say what
    /// is gone.
    public Map<String, String> known(ResourceKind kind) {
        Map<String, String> known = new HashMap<>();
        for (ResourceKey key : store.keys(kind)) {
            if (mayCarry.test(key.origin())) {
                known.put(key.wireName(), "");
            }
        }
        return known;
    }

    @Override
    public void onBatch(ResourceKind kind, List<MeshResource> upserts, List<String> removals) {
        Map<KubeClusterName, List<MeshResource>> byOrigin = new HashMap<>();
        for (MeshResource resource : upserts) {
            KubeClusterName origin = resource.key().origin();
            if (!mayCarry.test(origin)) {
                throw new IllegalArgumentException("resources of '" + origin + "' are not taken from here");
            }
            byOrigin.computeIfAbsent(origin, _ -> new ArrayList<>()).add(resource);
        }
        Map<KubeClusterName, List<ResourceKey>> removed = new HashMap<>();
        for (String name : removals) {
            ResourceKey key = ResourceKey.ofWireName(kind, name);
            if (mayCarry.test(key.origin())) {
                removed.computeIfAbsent(key.origin(), _ -> new ArrayList<>()).add(key);
                byOrigin.computeIfAbsent(key.origin(), _ -> new ArrayList<>());
            }
        }
        byOrigin.forEach((origin, resources) ->
                store.apply(origin, new SnapshotDelta(resources, Set.copyOf(removed.getOrDefault(origin, List.of())))));
    }

    @Override
    public void onComplete(KubeClusterName origin) {
        if (mayCarry.test(origin)) {
            store.complete(origin);
        }
    }
}
