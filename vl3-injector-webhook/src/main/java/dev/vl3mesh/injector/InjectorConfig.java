package dev.vl3mesh.injector;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What the webhook is told by its environment.
///
/// @param namespace vl3mesh's own namespace
/// @param waitImage the image of the wait gate
/// @param waitPullPolicy and its `imagePullPolicy`
/// @param clusterDns the address of the cluster's own DNS
/// @param dnsDomain the domain of the cluster's own names, such as `cluster.local`
/// @param certificateFolder holds `tls.crt` and `tls.key` of an issuer elsewhere; absent: the webhook issues its own
public record InjectorConfig(
        KubeClusterName cluster,
        String namespace,
        String waitImage,
        String waitPullPolicy,
        IpAddress clusterDns,
        String dnsDomain,
        Optional<Path> certificateFolder) {
    /// Where admission reviews come in.
    public static final int HTTPS_PORT = 18_444;
    /// Health and metrics.
    public static final int HTTP_PORT = 18_080;
    /// The name of the Service and of both webhook configurations.
    public static final String NAME = "vl3-injector";

    private static final List<String> REQUIRED =
            List.of("VL3_CLUSTER", "VL3_NAMESPACE", "VL3_WAIT_IMAGE", "VL3_CLUSTER_DNS");
    private static final Set<String> KEYS = Set.of(
            "VL3_CLUSTER",
            "VL3_TRUST_DOMAIN",
            "VL3_NAMESPACE",
            "VL3_POD",
            "VL3_WAIT_IMAGE",
            "VL3_WAIT_PULL_POLICY",
            "VL3_CLUSTER_DNS",
            "VL3_DNS_DOMAIN",
            "VL3_CERTIFICATE_FOLDER");

    /// Reads the variables that start with `VL3_`.
    ///
    /// @throws IllegalArgumentException naming everything that is wrong
    public static InjectorConfig of(Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        for (String key : new TreeSet<>(environment.keySet())) {
            if (key.startsWith("VL3_") && !KEYS.contains(key)) {
                problems.add("unknown variable " + key + "; known are " + new TreeSet<>(KEYS));
            }
        }
        for (String key : REQUIRED) {
            if (environment.getOrDefault(key, "").isEmpty()) {
                problems.add(key + " is missing");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new InjectorConfig(
                new KubeClusterName(environment.getOrDefault("VL3_CLUSTER", "")),
                environment.getOrDefault("VL3_NAMESPACE", ""),
                environment.getOrDefault("VL3_WAIT_IMAGE", ""),
                environment.getOrDefault("VL3_WAIT_PULL_POLICY", "IfNotPresent"),
                IpAddress.parse(environment.getOrDefault("VL3_CLUSTER_DNS", "")),
                environment.getOrDefault("VL3_DNS_DOMAIN", "cluster.local"),
                Optional.ofNullable(environment.get("VL3_CERTIFICATE_FOLDER"))
                        .filter(folder -> !folder.isEmpty())
                        .map(Path::of));
    }

    /// The name by which the API server calls the webhook, and which its certificate must carry.
    public String host() {
        return NAME + "." + namespace + ".svc";
    }
}
