package dev.vl3mesh.bridge.publish;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.bridge.watch.ClusterView;
import dev.vl3mesh.bridge.watch.StateReader;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.ResourceStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives the services of domains that are at home here, and have a mesh, their virtual addresses. A service
/// keeps its own for good, and gets it again when it comes back; only when none is free, one goes on that no
/// service has.
public final class ServiceAddresses implements ResourceStore.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceAddresses.class);

    /// Where it is written down who has what: the place's index in the domain, by `<namespace>/<name>`.
    public interface Ledger {
        /// All of a domain.
        SortedMap<String, Integer> read(String domain);

        /// Replaces all of a domain.
        void write(String domain, SortedMap<String, Integer> indexes);
    }

    private final KubeClusterName cluster;
    private final ClusterView view;
    private final ResourceStore store;
    private final Changes changes;
    private final Ledger ledger;
    private final Set<String> toLookAt = ConcurrentHashMap.newKeySet();
    private final Map<String, SortedMap<String, Integer>> known = new HashMap<>();

    /// Gives addresses in one cluster.
    public ServiceAddresses(
            KubeClusterName cluster, ClusterView view, ResourceStore store, Changes changes, Ledger ledger) {
        this.cluster = cluster;
        this.view = view;
        this.store = store;
        this.changes = changes;
        this.ledger = ledger;
        store.listen(this);
    }

    @Override
    public void changed(Collection<ResourceKey> keys) {
        boolean any = false;
        for (ResourceKey key : keys) {
            any |= key.kind() == ResourceKind.SERVICE
                    && store.get(new ResourceKey(ResourceKind.VIRTUAL, key.domain(), cluster, key.name()))
                            .isEmpty()
                    && toLookAt.add(key.domain().value());
        }
        if (any) {
            changes.wake();
        }
    }

    @Override
    public void completed(KubeClusterName origin) {
        // says nothing of services
    }

    /// Publishes what is written down. To be called before anything else of this cluster counts as complete, and
    /// whenever somebody else may have written.
    public void load() {
        known.clear();
        for (Domain domain : view.domains()) {
            toLookAt.add(domain.getMetadata().getName());
            plan(domain)
                    .ifPresent(plan ->
                            publish(domain, plan, given(domain.getMetadata().getName())));
        }
    }

    private SortedMap<String, Integer> given(String domain) {
        return known.computeIfAbsent(domain, ledger::read);
    }

    /// Gives what new services need; only the leader calls it.
    ///
    /// @param drained domains among them are looked at
    public void reconcile(Collection<Change> drained) {
        for (Change change : drained) {
            if (change instanceof Change.OfDomain(String name)) {
                toLookAt.add(name);
            }
        }
        for (String name : List.copyOf(toLookAt)) {
            toLookAt.remove(name);
            view.domain(name).ifPresent(domain -> plan(domain).ifPresent(plan -> reconcile(domain, plan)));
        }
    }

    private void reconcile(Domain domain, AddressPlan plan) {
        String name = domain.getMetadata().getName();
        Set<String> wanted = services(new DomainName(name));
        SortedMap<String, Integer> given = given(name);
        SortedMap<String, Integer> after = give(plan, given, wanted);
        if (!after.equals(given)) {
            ledger.write(name, after);
            known.put(name, after);
        }
        publish(domain, plan, after);
        if (!after.keySet().containsAll(wanted)) {
            LOG.warn("domain {} has no virtual address left for all of its {} services", name, wanted.size());
        }
    }

    /// Who has what when everybody has been given what he wants, as far as it goes.
    static SortedMap<String, Integer> give(AddressPlan plan, SortedMap<String, Integer> given, Set<String> wanted) {
        SortedMap<String, Integer> after = new TreeMap<>(given);
        after.values().removeIf(index -> !plan.forServices(index));
        Set<Integer> taken = new HashSet<>(after.values());
        for (String service : new TreeSet<>(wanted)) {
            if (after.containsKey(service)) {
                continue;
            }
            OptionalInt free = plan.serviceIndexes()
                    .filter(index -> !taken.contains(index))
                    .findFirst();
            if (free.isEmpty()) {
                Optional<Map.Entry<String, Integer>> gone = after.entrySet().stream()
                        .filter(owned -> !wanted.contains(owned.getKey()))
                        .findFirst();
                if (gone.isEmpty()) {
                    return after;
                }
                free = OptionalInt.of(gone.get().getValue());
                after.remove(gone.get().getKey());
            }
            after.put(service, free.getAsInt());
            taken.add(free.getAsInt());
        }
        return after;
    }

    /// The services that take one, in whatever cluster.
    private Set<String> services(DomainName domain) {
        return store.keys(ResourceKind.SERVICE).stream()
                .filter(key -> key.domain().equals(domain))
                .flatMap(key -> store.get(key).stream())
                .map(ServiceResource.class::cast)
                .filter(ServiceResource::takesVirtual)
                .map(service -> service.namespace() + "/" + service.name())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Optional<AddressPlan> plan(Domain domain) {
        boolean ours = !ClusterCache.isCopy(domain) && StateReader.istio(domain).isPresent();
        List<String> prefixes = domain.prefixesInForce();
        return ours && !prefixes.isEmpty()
                ? Optional.of(
                        AddressPlan.of(prefixes.stream().map(IpPrefix::parse).toList()))
                : Optional.empty();
    }

    private void publish(Domain domain, AddressPlan plan, SortedMap<String, Integer> given) {
        DomainName name = new DomainName(domain.getMetadata().getName());
        Set<ResourceKey> gone = store.keys(ResourceKind.VIRTUAL).stream()
                .filter(key -> key.domain().equals(name) && key.origin().equals(cluster))
                .collect(Collectors.toCollection(HashSet::new));
        List<MeshResource> now = new ArrayList<>();
        given.forEach((service, index) -> {
            if (plan.forServices(index)) {
                int slash = service.indexOf('/');
                MeshResource resource = new VirtualResource(
                        cluster,
                        name,
                        service.substring(0, slash),
                        service.substring(slash + 1),
                        plan.addresses(index));
                now.add(resource);
                gone.remove(resource.key());
            }
        });
        store.apply(cluster, new SnapshotDelta(now, gone));
    }
}
