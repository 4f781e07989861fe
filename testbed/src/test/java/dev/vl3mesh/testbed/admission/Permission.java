package dev.vl3mesh.testbed.admission;

import java.util.Comparator;

/// Something that may be done.
///
/// @param group the API group, empty for the core
/// @param resource with a subresource after a slash, such as `domains/status`
record Permission(String group, String resource, String verb) implements Comparable<Permission> {
    private static final Comparator<Permission> ORDER = Comparator.comparing(Permission::group)
            .thenComparing(Permission::resource)
            .thenComparing(Permission::verb);

    @Override
    public int compareTo(Permission other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
    }
}
