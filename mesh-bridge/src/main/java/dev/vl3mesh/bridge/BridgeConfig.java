package dev.vl3mesh.bridge;

import dev.vl3mesh.model.KubeClusterName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What the control plane is told by its environment.
///
/// @param namespace vl3mesh's own namespace
/// @param pod this replica's pod
/// @param linkAddress `host:port` that invitations tell; absent: the first node's address with the node port
/// @param linkNodePort the node port of the link's Service
/// @param grpcPort and
/// @param httpPort to listen on
/// @param linkPort for other clusters, where identities come from the Workload API; else they use the gRPC port too
/// @param workloadApi where SPIFFE's Workload API is; absent: the built-in issuer gives all identities
public record BridgeConfig(
        KubeClusterName cluster,
        String trustDomain,
        String namespace,
        String pod,
        Optional<String> linkAddress,
        int linkNodePort,
        int grpcPort,
        int httpPort,
        int linkPort,
        Optional<String> workloadApi) {
    private static final Set<String> KEYS = Set.of(
            "VL3_CLUSTER",
            "VL3_TRUST_DOMAIN",
            "VL3_NAMESPACE",
            "VL3_POD",
            "VL3_LINK_ADVERTISE",
            "VL3_LINK_NODE_PORT",
            "VL3_GRPC_PORT",
            "VL3_HTTP_PORT",
            "VL3_LINK_PORT");
    /// The name is SPIFFE's, not ours (SPIFFE Workload Endpoint, 4).
    private static final String WORKLOAD_API = "SPIFFE_ENDPOINT_SOCKET";

    /// Reads the variables that start with `VL3_`, and `SPIFFE_ENDPOINT_SOCKET`.
    ///
    /// @throws IllegalArgumentException naming everything that is wrong
    public static BridgeConfig of(Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        for (String key : new TreeSet<>(environment.keySet())) {
            if (key.startsWith("VL3_") && !KEYS.contains(key)) {
                problems.add("unknown variable " + key + "; known are " + new TreeSet<>(KEYS));
            }
        }
        for (String key : List.of("VL3_CLUSTER", "VL3_NAMESPACE", "VL3_POD")) {
            if (environment.getOrDefault(key, "").isEmpty()) {
                problems.add(key + " is missing");
            }
        }
        String cluster = environment.getOrDefault("VL3_CLUSTER", "");
        try {
            if (!cluster.isEmpty()) {
                var _ = new KubeClusterName(cluster);
            }
        } catch (IllegalArgumentException e) {
            problems.add("VL3_CLUSTER: " + e.getMessage());
        }
        int nodePort = port(environment, "VL3_LINK_NODE_PORT", 30_443, problems);
        int grpc = port(environment, "VL3_GRPC_PORT", 18_443, problems);
        int http = port(environment, "VL3_HTTP_PORT", 18_080, problems);
        int link = port(environment, "VL3_LINK_PORT", 18_445, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new BridgeConfig(
                new KubeClusterName(cluster),
                environment.getOrDefault("VL3_TRUST_DOMAIN", cluster + ".vl3mesh.internal"),
                environment.getOrDefault("VL3_NAMESPACE", ""),
                environment.getOrDefault("VL3_POD", ""),
                Optional.ofNullable(environment.get("VL3_LINK_ADVERTISE")).filter(a -> !a.isEmpty()),
                nodePort,
                grpc,
                http,
                link,
                Optional.ofNullable(environment.get(WORKLOAD_API)).filter(a -> !a.isEmpty()));
    }

    private static int port(Map<String, String> environment, String key, int otherwise, List<String> problems) {
        String text = environment.getOrDefault(key, "");
        if (text.isEmpty()) { // a manifest writes a value that it does not have so
            return otherwise;
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
            problems.add(key + "=" + text + " is not a port");
            return otherwise;
        }
        return Integer.parseInt(text);
    }
}
