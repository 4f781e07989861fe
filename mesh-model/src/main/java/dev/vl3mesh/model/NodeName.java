package dev.vl3mesh.model;

import java.util.regex.Pattern;

/// The name of a Kubernetes node, unique within its cluster only.
///
/// @param value a DNS subdomain of at most 253 characters (RFC 1123), as Kubernetes requires of Node objects
public record NodeName(String value) implements Comparable<NodeName> {
    private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

    /// @throws IllegalArgumentException if the value is no such name
    public NodeName {
        if (!SUBDOMAIN.matcher(value).matches()) {
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
