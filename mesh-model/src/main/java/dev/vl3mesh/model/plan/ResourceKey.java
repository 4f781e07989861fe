package dev.vl3mesh.model.plan;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import java.util.Comparator;

/// The identity of a resource.
///
/// @param origin the only cluster that may publish it
/// @param name unique within kind, domain and origin
public record ResourceKey(ResourceKind kind, DomainName domain, KubeClusterName origin, String name)
        implements Comparable<ResourceKey> {
    private static final Comparator<ResourceKey> ORDER = Comparator.comparing(ResourceKey::kind)
            .thenComparing(ResourceKey::domain)
            .thenComparing(ResourceKey::origin)
            .thenComparing(ResourceKey::name);

    @Override
    public int compareTo(ResourceKey other) {
        return ORDER.compare(this, other);
    }

    /// The name on the wire, `<domain>/<origin>/<name>`.
    public String wireName() {
        return domain + "/" + origin + "/" + name;
    }
}
