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

    /// Reads a name on the wire.
    ///
    /// @throws IllegalArgumentException if it is none
    public static ResourceKey ofWireName(ResourceKind kind, String wireName) {
        String[] parts = wireName.split("/", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("'" + wireName + "' is not <domain>/<origin>/<name>");
        }
        return new ResourceKey(kind, new DomainName(parts[0]), new KubeClusterName(parts[1]), parts[2]);
    }

    /// The name on the wire, `<domain>/<origin>/<name>`.
    public String wireName() {
        return domain + "/" + origin + "/" + name;
    }
}
