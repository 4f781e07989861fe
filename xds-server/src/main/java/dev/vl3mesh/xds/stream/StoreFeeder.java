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
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Puts what a stream brings into a store, under the origins and in the domains that the other side may speak for.
public final class StoreFeeder implements ResourceListener {
    private final ResourceStore store;
    private final Predicate<KubeClusterName> mayCarry;
    /// What the other side may tell.
    private final Predicate<ResourceKey> mayTell;
    /// What it may say is gone.
    private final Predicate<ResourceKey> mayEnd;

    private final Consumer<List<MeshResource>> check;
    private final Consumer<KubeClusterName> complete;

    private StoreFeeder(
            ResourceStore store,
            Predicate<KubeClusterName> mayCarry,
            Predicate<ResourceKey> mayTell,
            Predicate<ResourceKey> mayEnd,
            Consumer<List<MeshResource>> check,
            Consumer<KubeClusterName> complete) {
        this.store = store;
        this.mayCarry = mayCarry;
        this.mayTell = mayTell;
        this.mayEnd = mayEnd;
        this.check = check;
        this.complete = complete;
    }

    /// Feeds a store from the one side that it hears of anything.
    ///
    /// @param mayCarry the origins that the other side may speak for
    public StoreFeeder(ResourceStore store, Predicate<KubeClusterName> mayCarry) {
        this(store, mayCarry, _ -> true, _ -> true, _ -> {}, store::complete);
    }

    /// Feeds a member's store from a home, which tells of all origins but the member, in its own domains. What it
    /// tells of a domain of the same name that is at home elsewhere is left out.
    public static StoreFeeder ofHome(ResourceStore store, KubeClusterName home, KubeClusterName self) {
        return new StoreFeeder(
                store,
                origin -> !origin.equals(self),
                key -> isAt(store, home, key),
                key -> isAt(store, home, key) || isHomeless(store, key),
                _ -> {},
                origin -> store.complete(home, origin));
    }

    /// Feeds a home's store from a member, which tells of itself, in the home's domains.
    ///
    /// @param check throws IllegalArgumentException if the member may not publish one of the resources
    public static StoreFeeder ofMember(
            ResourceStore store, KubeClusterName self, KubeClusterName member, Consumer<List<MeshResource>> check) {
        // a member may be faster than the home, which has just started, learns of its own domains
        Predicate<ResourceKey> mayTell = key -> isAt(store, self, key) || isHomeless(store, key);
        return new StoreFeeder(store, member::equals, mayTell, mayTell, check, store::complete);
    }

    private static boolean isAt(ResourceStore store, KubeClusterName home, ResourceKey key) {
        return key.kind() == ResourceKind.DOMAIN
                ? key.origin().equals(home)
                : store.homeOf(key.domain()).filter(home::equals).isPresent();
    }

    /// What is left of a domain may be ended by anybody.
    private static boolean isHomeless(ResourceStore store, ResourceKey key) {
        return key.kind() != ResourceKind.DOMAIN && store.homeOf(key.domain()).isEmpty();
    }

    /// What the store has of the origins and domains carried here, as names without versions: enough for the sender to
    /// say what is gone.
    public Map<String, String> known(ResourceKind kind) {
        Map<String, String> known = new HashMap<>();
        for (ResourceKey key : store.keys(kind)) {
            if (mayCarry.test(key.origin()) && mayEnd.test(key)) {
                known.put(key.wireName(), "");
            }
        }
        return known;
    }

    @Override
    public void onBatch(ResourceKind kind, List<MeshResource> upserts, List<String> removals) {
        check.accept(upserts);
        Map<KubeClusterName, List<MeshResource>> byOrigin = new HashMap<>();
        for (MeshResource resource : upserts) {
            KubeClusterName origin = resource.key().origin();
            if (!mayCarry.test(origin)) {
                throw new IllegalArgumentException("resources of '" + origin + "' are not taken from here");
            }
            if (mayTell.test(resource.key())) {
                byOrigin.computeIfAbsent(origin, _ -> new ArrayList<>()).add(resource);
            }
        }
        Map<KubeClusterName, List<ResourceKey>> removed = new HashMap<>();
        for (String name : removals) {
            ResourceKey key = ResourceKey.ofWireName(kind, name);
            if (mayCarry.test(key.origin()) && mayEnd.test(key)) {
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
            complete.accept(origin);
        }
    }
}
