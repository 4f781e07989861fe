package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import dev.vl3mesh.model.plan.ResourceKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The names of one domain: `<domain>.vl3.internal` and the reverse names of the domain's prefixes. One
/// thread writes, at the cost of the one service that changes; any thread asks, and sees each service
/// whole, before or after a change.
public final class Zone {
    private static final String SUFFIX = ".vl3.internal.";
    private static final String SERVICES = "svc";
    private static final String GATEWAY = "gateway";

    private final DomainName domain;
    private final String apex;
    private final List<IpPrefix> prefixes;
    private final List<IpAddress> gateway;
    private final ZoneRecord.Authority authority;

    /// The writer's: every cluster's part of each service, by `<namespace>/<name>`.
    private final Map<String, Map<KubeClusterName, ServiceResource>> parts = new TreeMap<>();

    private final Map<String, ServiceNames> services = new ConcurrentHashMap<>();
    /// By `<namespace>/<name>`: services' own addresses.
    private final Map<String, List<IpAddress>> virtual = new ConcurrentHashMap<>();

    private final Map<String, Integer> servicesByNamespace = new ConcurrentHashMap<>();
    /// By address, then by the service that it belongs to: the whole names.
    private final Map<IpAddress, Map<String, String>> pointers = new ConcurrentHashMap<>();

    /// @param gateway the domain's gateway addresses, which serve this zone
    public Zone(DomainName domain, List<IpPrefix> prefixes, List<IpAddress> gateway) {
        this.domain = domain;
        this.apex = domain + SUFFIX;
        this.prefixes = List.copyOf(prefixes);
        this.gateway = List.copyOf(gateway);
        this.authority = new ZoneRecord.Authority(apex, GATEWAY + "." + apex);
    }

    /// Whose names they are.
    DomainName domain() {
        return domain;
    }

    /// Whether any service has a virtual address.
    boolean hasVirtual() {
        return !virtual.isEmpty();
    }

    /// Takes a service's virtual addresses. Called by the one writer.
    public void give(VirtualResource given) {
        virtual.put(given.namespace() + "/" + given.name(), given.addresses());
    }

    /// Forgets a service's virtual addresses. Called by the one writer.
    ///
    /// @param service `<namespace>/<name>`
    public void take(String service) {
        virtual.remove(service);
    }

    /// Takes one cluster's part of a service. Called by the one writer.
    public void put(ServiceResource part) {
        String service = part.namespace() + "/" + part.name();
        parts.computeIfAbsent(service, _ -> new TreeMap<>()).put(part.origin(), part);
        rebuild(service);
    }

    /// Forgets one cluster's part of a service. Called by the one writer.
    public void remove(ResourceKey key) {
        Map<KubeClusterName, ServiceResource> remaining = parts.get(key.name());
        if (remaining != null && remaining.remove(key.origin()) != null) {
            if (remaining.isEmpty()) {
                parts.remove(key.name());
            }
            rebuild(key.name());
        }
    }

    private void rebuild(String service) {
        ServiceNames before = services.get(service);
        Map<KubeClusterName, ServiceResource> merged = parts.get(service);
        String namespace = service.substring(0, service.indexOf('/'));
        if (merged == null) {
            services.remove(service);
            servicesByNamespace.computeIfPresent(namespace, (_, count) -> count == 1 ? null : count - 1);
        } else {
            if (before == null) {
                servicesByNamespace.merge(namespace, 1, Integer::sum);
            }
            services.put(service, ServiceNames.merge(merged.values()));
        }
        repoint(service, before, services.get(service));
    }

    private void repoint(String service, @Nullable ServiceNames before, @Nullable ServiceNames after) {
        if (before != null) {
            before.pointers()
                    .keySet()
                    .forEach(address -> pointers.computeIfPresent(address, (_, names) -> {
                        Map<String, String> rest = new TreeMap<>(names);
                        rest.remove(service);
                        return rest.isEmpty() ? null : rest;
                    }));
        }
        if (after != null) {
            String suffix = "." + serviceName(service);
            after.pointers()
                    .forEach((address, label) -> pointers.compute(address, (_, names) -> {
                        Map<String, String> more = names == null ? new TreeMap<>() : new TreeMap<>(names);
                        more.put(service, label + suffix);
                        return more;
                    }));
        }
    }

    private String serviceName(String service) {
        int slash = service.indexOf('/');
        return service.substring(slash + 1) + "." + service.substring(0, slash) + "." + SERVICES + "." + apex;
    }

    /// Whether this zone has the only word on a name: those under its apex, and the reverse names of its
    /// prefixes.
    ///
    /// @param name in lower case, with its final dot
    boolean owns(String name) {
        if (name.endsWith(apex)
                && (name.length() == apex.length() || name.charAt(name.length() - apex.length() - 1) == '.')) {
            return true;
        }
        return reverse(name).isPresent();
    }

    private Optional<IpAddress> reverse(String name) {
        return name.endsWith(".arpa.")
                ? ReverseName.parse(name)
                        .filter(address -> prefixes.stream().anyMatch(prefix -> prefix.contains(address)))
                : Optional.empty();
    }

    /// Answers a question about a name that this zone owns.
    ///
    /// @param name as it was asked, in any case, with its final dot
    /// @param useVirtual whether a service's name means its virtual address, where it has one
    /// @param random shuffles the addresses, so that clients spread over them
    Answer answer(String name, QueryType type, boolean useVirtual, RandomGenerator random) {
        String lower = name.toLowerCase(Locale.ROOT);
        Optional<IpAddress> address = reverse(lower);
        if (address.isPresent()) {
            return pointer(lower, address.get(), type);
        }
        String relative = lower.length() == apex.length() ? "" : lower.substring(0, lower.length() - apex.length() - 1);
        List<String> labels = relative.isEmpty()
                ? List.of()
                : List.of(relative.split("\\.", -1)).reversed();
        return switch (labels.size()) {
            case 0 -> apexAnswer(type);
            case 1 ->
                switch (labels.getFirst()) {
                    case GATEWAY -> addresses(lower, gateway, type, random);
                    case SERVICES -> new Answer.NoRecords(authority);
                    default -> new Answer.NoName(authority);
                };
            default ->
                labels.getFirst().equals(SERVICES)
                        ? serviceAnswer(lower, labels, type, useVirtual, random)
                        : new Answer.NoName(authority);
        };
    }

    private Answer apexAnswer(QueryType type) {
        return switch (type) {
            case SOA -> new Answer.Found(List.of(authority), List.of());
            case NS ->
                new Answer.Found(
                        List.of(new ZoneRecord.NameServer(apex, authority.primary())),
                        records(authority.primary(), gateway));
            default -> new Answer.NoRecords(authority);
        };
    }

    private Answer pointer(String name, IpAddress address, QueryType type) {
        if (gateway.contains(address)) {
            return type == QueryType.PTR || type == QueryType.ANY
                    ? new Answer.Found(List.of(new ZoneRecord.Pointer(name, authority.primary())), List.of())
                    : new Answer.NoRecords(authority);
        }
        Map<String, String> names = pointers.get(address);
        if (names == null) {
            return new Answer.NoName(authority);
        }
        if (type != QueryType.PTR && type != QueryType.ANY) {
            return new Answer.NoRecords(authority);
        }
        List<ZoneRecord> records = new ArrayList<>();
        names.values().forEach(target -> records.add(new ZoneRecord.Pointer(name, target)));
        return new Answer.Found(records, List.of());
    }

    /// @param labels from the right, beginning with `svc`
    private Answer serviceAnswer(
            String name, List<String> labels, QueryType type, boolean useVirtual, RandomGenerator random) {
        String namespace = labels.get(1);
        if (labels.size() == 2) {
            return servicesByNamespace.containsKey(namespace)
                    ? new Answer.NoRecords(authority)
                    : new Answer.NoName(authority);
        }
        ServiceNames service = services.get(namespace + "/" + labels.get(2));
        if (service == null) {
            return new Answer.NoName(authority);
        }
        return switch (labels.size()) {
            case 3 -> {
                List<IpAddress> own = useVirtual && service.takesVirtual()
                        ? virtual.getOrDefault(namespace + "/" + labels.get(2), List.of())
                        : List.of();
                yield own.isEmpty()
                        ? addresses(name, type == QueryType.AAAA ? service.v6() : service.v4(), service, type, random)
                        : addresses(name, own, type, random);
            }
            case 4 -> {
                String label = labels.get(3);
                List<IpAddress> own = service.endpoints().get(label);
                if (own != null) {
                    yield addresses(name, own, type, random);
                }
                yield service.ports().containsKey(label)
                        ? new Answer.NoRecords(authority)
                        : new Answer.NoName(authority);
            }
            case 5 -> {
                List<ServiceNames.Target> targets =
                        service.ports().getOrDefault(labels.get(3), Map.of()).get(labels.get(4));
                yield targets == null
                        ? new Answer.NoName(authority)
                        : portAnswer(name, namespace + "/" + labels.get(2), service, targets, type, random);
            }
            default -> new Answer.NoName(authority);
        };
    }

    private Answer addresses(
            String name, List<IpAddress> family, ServiceNames service, QueryType type, RandomGenerator random) {
        if (type != QueryType.ANY) {
            return addresses(name, family, type, random);
        }
        List<IpAddress> both = new ArrayList<>(service.v4());
        both.addAll(service.v6());
        return addresses(name, both, type, random);
    }

    private Answer addresses(String name, List<IpAddress> addresses, QueryType type, RandomGenerator random) {
        List<IpAddress> wanted = new ArrayList<>(addresses.size());
        for (IpAddress address : addresses) {
            if (type == QueryType.ANY || type == (address.family() == IpFamily.V4 ? QueryType.A : QueryType.AAAA)) {
                wanted.add(address);
            }
        }
        if (wanted.isEmpty()) {
            return new Answer.NoRecords(authority);
        }
        Collections.shuffle(wanted, random);
        return new Answer.Found(records(name, wanted), List.of());
    }

    private Answer portAnswer(
            String name,
            String key,
            ServiceNames service,
            List<ServiceNames.Target> targets,
            QueryType type,
            RandomGenerator random) {
        if (targets.isEmpty() || (type != QueryType.SRV && type != QueryType.ANY)) {
            return new Answer.NoRecords(authority);
        }
        List<ServiceNames.Target> shuffled = new ArrayList<>(targets);
        Collections.shuffle(shuffled, random);
        String suffix = "." + serviceName(key);
        List<ZoneRecord> records = new ArrayList<>();
        List<ZoneRecord> additional = new ArrayList<>();
        for (ServiceNames.Target target : shuffled) {
            String own = target.label() + suffix;
            records.add(new ZoneRecord.Service(name, target.port(), own));
            additional.addAll(records(own, service.endpoints().getOrDefault(target.label(), List.of())));
        }
        return new Answer.Found(records, additional);
    }

    private static List<ZoneRecord> records(String owner, List<IpAddress> addresses) {
        List<ZoneRecord> records = new ArrayList<>(addresses.size());
        addresses.forEach(address -> records.add(new ZoneRecord.Address(owner, address)));
        return records;
    }
}
