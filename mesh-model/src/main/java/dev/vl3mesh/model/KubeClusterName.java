package dev.vl3mesh.model;

import java.util.regex.Pattern;

/// The name of a Kubernetes cluster within one home's domains, given by its administrator at installation; never
/// changed afterwards.
///
/// @param value one DNS label of at most 40 characters (RFC 1123, 2.1)
public record KubeClusterName(String value) implements Comparable<KubeClusterName> {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

    /// @throws IllegalArgumentException if the value is no such label
    public KubeClusterName {
        if (!LABEL.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "cluster name '" + value + "' is not a DNS label of at most 40 characters");
        }
    }

    @Override
    public int compareTo(KubeClusterName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
