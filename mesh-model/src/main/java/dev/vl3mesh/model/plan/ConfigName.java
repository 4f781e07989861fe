package dev.vl3mesh.model.plan;

import dev.vl3mesh.model.DnsNames;
import java.util.regex.Pattern;

/// The name of an object that configures a mesh.
///
/// @param group of its API, such as `networking.istio.io`
/// @param kind in that group, such as `VirtualService`
public record ConfigName(String group, String kind, String namespace, String name) {
    private static final Pattern KIND = Pattern.compile("[A-Z][A-Za-z0-9]{0,62}");
    private static final int PARTS = 4;

    /// Checks that the parts are what Kubernetes lets them be.
    ///
    /// @throws IllegalArgumentException saying which is not
    public ConfigName {
        if (!KIND.matcher(kind).matches()) {
            throw new IllegalArgumentException("'" + kind + "' is no kind");
        }
        for (String part : new String[] {group, namespace, name}) {
            if (!DnsNames.isSubdomain(part)) {
                throw new IllegalArgumentException("'" + part + "' is no DNS name");
            }
        }
    }

    /// Reads what [#toString] writes.
    ///
    /// @throws IllegalArgumentException if it is nothing of the kind
    public static ConfigName parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != PARTS) {
            throw new IllegalArgumentException("'" + text + "' is not <group>/<kind>/<namespace>/<name>");
        }
        return new ConfigName(parts[0], parts[1], parts[2], parts[3]);
    }

    /// `<group>/<kind>/<namespace>/<name>`.
    @Override
    public String toString() {
        return group + "/" + kind + "/" + namespace + "/" + name;
    }
}
