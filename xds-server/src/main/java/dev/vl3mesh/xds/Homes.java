package dev.vl3mesh.xds;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Which domain is at home where, and how much of each home's domains is known. A domain's home is the origin of its
/// definition. Not safe for threads.
final class Homes {
    private final Optional<KubeClusterName> self;
    private final Map<DomainName, Set<KubeClusterName>> byDomain = new HashMap<>();
    /// Origins of which all is known that they have in domains at home here.
    private final Set<KubeClusterName> complete = new HashSet<>();
    /// By other home, the same of its domains.
    private final Map<KubeClusterName, Set<KubeClusterName>> told = new HashMap<>();

    private Set<KubeClusterName> others = Set.of();

    Homes(Optional<KubeClusterName> self) {
        this.self = self;
    }

    /// Notes a resource that came. Returns whether it has changed what is known of a domain's home.
    boolean came(ResourceKey key) {
        return key.kind() == ResourceKind.DOMAIN
                && byDomain.computeIfAbsent(key.domain(), _ -> new TreeSet<>()).add(key.origin());
    }

    /// Notes a resource that went. Returns whether it has changed what is known of a domain's home.
    boolean gone(ResourceKey key) {
        Set<KubeClusterName> homes = byDomain.getOrDefault(key.domain(), Set.of());
        if (key.kind() != ResourceKind.DOMAIN || !homes.remove(key.origin())) {
            return false;
        }
        if (homes.isEmpty()) {
            byDomain.remove(key.domain());
        }
        return true;
    }

    /// Of two domains of one name, this cluster's own counts.
    Optional<KubeClusterName> of(DomainName domain) {
        Set<KubeClusterName> homes = byDomain.getOrDefault(domain, Set.of());
        return self.filter(homes::contains).or(() -> homes.stream().findFirst());
    }

    boolean isAt(KubeClusterName home, DomainName domain) {
        return of(domain).filter(home::equals).isPresent();
    }

    /// Known to be at home in another cluster.
    boolean isElsewhere(DomainName domain) {
        return self.isPresent() && of(domain).filter(home -> !isSelf(home)).isPresent();
    }

    boolean isSelf(KubeClusterName origin) {
        return self.filter(origin::equals).isPresent();
    }

    boolean complete(KubeClusterName origin) {
        return complete.add(origin);
    }

    boolean complete(KubeClusterName home, KubeClusterName origin) {
        return told.computeIfAbsent(home, _ -> new HashSet<>()).add(origin);
    }

    void follow(Set<KubeClusterName> homes) {
        others = Set.copyOf(homes);
    }

    void forget(KubeClusterName home) {
        told.remove(home);
        others = others.stream().filter(other -> !other.equals(home)).collect(Collectors.toSet());
    }

    boolean isComplete(KubeClusterName origin) {
        return complete.contains(origin);
    }

    boolean hasTold(KubeClusterName home) {
        return told.getOrDefault(home, Set.of()).contains(home);
    }

    /// Nobody is told of an origin that it is complete before it is known which domains are at home here.
    Set<KubeClusterName> completeOrigins() {
        return self.isPresent() && !complete.contains(self.get()) ? Set.of() : Set.copyOf(complete);
    }

    /// Whether a domain that is not known is none.
    boolean knowsAllDomains() {
        return self.isPresent()
                && complete.contains(self.get())
                && others.stream().allMatch(this::hasTold);
    }

    /// Whether all of a resource's origin is known that is in its domain. Of a domain that is not known: whether no
    /// home has it.
    boolean knowsAllOf(ResourceKey key) {
        if (self.isEmpty() || isSelf(key.origin())) {
            return complete.contains(key.origin());
        }
        Optional<KubeClusterName> home = of(key.domain());
        if (home.isEmpty()) {
            return knowsAllDomains();
        }
        return isSelf(home.get())
                ? complete.contains(key.origin())
                : told.getOrDefault(home.get(), Set.of()).contains(key.origin());
    }
}
