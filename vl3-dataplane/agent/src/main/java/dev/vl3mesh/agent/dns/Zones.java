package dev.vl3mesh.agent.dns;

import dev.vl3mesh.agent.state.Change;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import dev.vl3mesh.model.plan.ResourceKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The zones of all domains that this node is told of. One thread writes, network threads ask.
public final class Zones implements ZoneDirectory {
    private record Client(DomainName domain, IpAddress address) {}

    private record Member(String podUid, DomainName domain) {}

    private final Map<DomainName, Zone> zones = new ConcurrentHashMap<>();
    private final Map<Client, String> podUids = new ConcurrentHashMap<>();
    private final Map<String, Set<DomainName>> domainsOfPods = new ConcurrentHashMap<>();
    private final Set<Member> sidecars = ConcurrentHashMap.newKeySet();

    /// The writer's: services that a zone has to be made of again when its domain changes.
    private final Map<DomainName, Map<ResourceKey, ServiceResource>> services = new HashMap<>();

    private final Map<DomainName, Map<ResourceKey, VirtualResource>> virtual = new HashMap<>();

    private final Map<DomainName, TreeMap<KubeClusterName, DomainResource>> definitions = new HashMap<>();

    /// Takes changes. Called by the one writer.
    public void apply(List<Change> changes) {
        for (Change change : changes) {
            switch (change.after() == null ? change.before() : change.after()) {
                case DomainResource domain -> define(domain, change.after() == null);
                case ServiceResource service -> serve(change.key(), service, change.after() == null);
                case VirtualResource given -> give(change.key(), given, change.after() == null);
                case AttachmentResource _ -> {
                    if (change.before() instanceof AttachmentResource before) {
                        leave(before);
                    }
                    if (change.after() instanceof AttachmentResource after) {
                        join(after);
                    }
                }
                case null, default -> {}
            }
        }
    }

    private void define(DomainResource domain, boolean gone) {
        DomainName name = domain.domain();
        TreeMap<KubeClusterName, DomainResource> origins = definitions.computeIfAbsent(name, _ -> new TreeMap<>());
        if (gone) {
            origins.remove(domain.origin());
        } else {
            origins.put(domain.origin(), domain);
        }
        if (origins.isEmpty()) {
            definitions.remove(name);
            zones.remove(name);
            return;
        }
        AddressPlan plan = AddressPlan.of(origins.firstEntry().getValue().prefixes());
        Zone zone = new Zone(name, plan.prefixes(), plan.gateway());
        services.getOrDefault(name, Map.of()).values().forEach(zone::put);
        virtual.getOrDefault(name, Map.of()).values().forEach(zone::give);
        zones.put(name, zone);
    }

    private void serve(ResourceKey key, ServiceResource service, boolean gone) {
        Zone zone = zones.get(key.domain());
        Map<ResourceKey, ServiceResource> all = services.computeIfAbsent(key.domain(), _ -> new HashMap<>());
        if (gone) {
            all.remove(key);
            if (zone != null) {
                zone.remove(key);
            }
        } else {
            all.put(key, service);
            if (zone != null) {
                zone.put(service);
            }
        }
        if (all.isEmpty()) {
            services.remove(key.domain());
        }
    }

    private void give(ResourceKey key, VirtualResource given, boolean gone) {
        Map<ResourceKey, VirtualResource> all = virtual.computeIfAbsent(key.domain(), _ -> new HashMap<>());
        Zone zone = zones.get(key.domain());
        if (gone) {
            all.remove(key);
        } else {
            all.put(key, given);
        }
        if (zone != null) {
            if (gone) {
                zone.take(key.name());
            } else {
                zone.give(given);
            }
        }
    }

    /// Only this node's own pods come with their uids, and only they can ask here.
    private void join(AttachmentResource attachment) {
        attachment.podUid().ifPresent(uid -> {
            attachment.addresses().forEach(address -> podUids.put(new Client(attachment.domain(), address), uid));
            domainsOfPods.compute(uid, (_, before) -> with(before, attachment.domain()));
            if (attachment.sidecar()) {
                sidecars.add(new Member(uid, attachment.domain()));
            }
        });
    }

    private static Set<DomainName> with(@Nullable Set<DomainName> before, DomainName domain) {
        Set<DomainName> after = before == null ? new TreeSet<>() : new TreeSet<>(before);
        after.add(domain);
        return after;
    }

    private void leave(AttachmentResource attachment) {
        attachment.podUid().ifPresent(uid -> {
            sidecars.remove(new Member(uid, attachment.domain()));
            attachment.addresses().forEach(address -> podUids.remove(new Client(attachment.domain(), address), uid));
            domainsOfPods.computeIfPresent(uid, (_, before) -> {
                Set<DomainName> after = new TreeSet<>(before);
                after.remove(attachment.domain());
                return after.isEmpty() ? null : after;
            });
        });
    }

    @Override
    public List<Zone> zones(DomainName domain, IpAddress client) {
        String uid = podUids.get(new Client(domain, client));
        Set<DomainName> domains = uid == null ? Set.of(domain) : domainsOfPods.getOrDefault(uid, Set.of(domain));
        if (domains.size() == 1) {
            Zone zone = zones.get(domain);
            return zone == null ? List.of() : List.of(zone);
        }
        return domains.stream().map(zones::get).filter(zone -> zone != null).toList();
    }

    @Override
    public boolean takesVirtual(Zone zone, DomainName domain, IpAddress client) {
        String uid = podUids.get(new Client(domain, client));
        return uid != null && sidecars.contains(new Member(uid, zone.domain()));
    }
}
