package dev.vl3mesh.model;

/// The name of a Kubernetes node, unique within its cluster only.
///
/// @param value a DNS subdomain of at most 253 characters (RFC 1123), as Kubernetes requires of Node objects
public record NodeName(String value) implements Comparable<NodeName> {
    /// @throws IllegalArgumentException if the value is no such name
    public NodeName {
        if (!DnsNames.isSubdomain(value)) {
            throw new IllegalArgumentException("node name '" + value + "' is not a DNS subdomain");
        }
    }

    @Override
    public int compareTo(NodeName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
