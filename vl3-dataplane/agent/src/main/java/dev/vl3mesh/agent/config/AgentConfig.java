package dev.vl3mesh.agent.config;

import dev.vl3mesh.agent.wireguard.WireGuardDevices;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that the agent has to be told, from environment variables.
///
/// @param cluster `VL3_CLUSTER`
/// @param trustDomain `VL3_TRUST_DOMAIN`, by default `<cluster>.vl3mesh.internal`
/// @param namespace `VL3_NAMESPACE`, the agent's own
/// @param pod `VL3_POD`, the agent's own
/// @param node `VL3_NODE`
/// @param outer `VL3_NODE_IPS`, separated by commas: where other nodes reach this one; the first of each
///     family counts
/// @param controlAddress `VL3_CONTROL_ADDRESS`, `host:port`
/// @param clusterDns `VL3_CLUSTER_DNS`, an address, with `:port` where it is not 53
/// @param vxlanPort `VL3_VXLAN_PORT`, UDP, the same on all nodes of all clusters
/// @param wireguardPort `VL3_WIREGUARD_PORT`, UDP, the first of 100: each domain takes one of them
/// @param nri `VL3_NRI`, whether to listen to the runtime's NRI
/// @param nriSocket `VL3_NRI_SOCKET`
/// @param criSocket `VL3_CRI_SOCKET`
/// @param roomFolder `VL3_ROOM_FOLDER`, the node's folder of named network namespaces
/// @param stateFolder `VL3_STATE_FOLDER`, kept over restarts
/// @param rootsFile `VL3_ROOTS_FILE`, whom to trust (PEM)
/// @param tokenFile `VL3_TOKEN_FILE`, the projected token that proves who this is
/// @param httpPort `VL3_HTTP_PORT`, for health and metrics on 127.0.0.1
/// @param metricsAddress `VL3_METRICS_ADDRESS`, an address of the node that shows the metrics too, on the same port
/// @param workloadApi `SPIFFE_ENDPOINT_SOCKET`, where SPIFFE's Workload API is; absent: the control plane's built-in
///     issuer gives this node its identity
public record AgentConfig(
        KubeClusterName cluster,
        String trustDomain,
        String namespace,
        String pod,
        NodeName node,
        List<IpAddress> outer,
        InetSocketAddress controlAddress,
        InetSocketAddress clusterDns,
        int vxlanPort,
        int wireguardPort,
        boolean nri,
        Path nriSocket,
        Path criSocket,
        Path roomFolder,
        Path stateFolder,
        Path rootsFile,
        Path tokenFile,
        int httpPort,
        Optional<InetAddress> metricsAddress,
        Optional<String> workloadApi) {
    private static final int DNS_PORT = 53;
    private static final int PORT_MAX = 65_535;
    private static final int WIREGUARD_PORT = 51_900;

    /// Makes an immutable copy of the addresses.
    public AgentConfig {
        outer = List.copyOf(outer);
    }

    /// Reads the configuration.
    ///
    /// @throws IllegalArgumentException with all problems at once
    public static AgentConfig of(Map<String, String> variables) {
        Environment env = new Environment(variables);
        KubeClusterName cluster = env.required("VL3_CLUSTER", KubeClusterName::new, new KubeClusterName("unknown"));
        AgentConfig config = new AgentConfig(
                cluster,
                env.optional("VL3_TRUST_DOMAIN", text -> text, cluster + ".vl3mesh.internal"),
                env.required("VL3_NAMESPACE", text -> text, ""),
                env.required("VL3_POD", text -> text, ""),
                env.required("VL3_NODE", NodeName::new, new NodeName("unknown")),
                env.required("VL3_NODE_IPS", AgentConfig::outer, List.of()),
                env.required("VL3_CONTROL_ADDRESS", AgentConfig::hostAndPort, unresolved("unknown", 1)),
                env.required("VL3_CLUSTER_DNS", AgentConfig::dnsAddress, unresolved("unknown", DNS_PORT)),
                env.optional("VL3_VXLAN_PORT", AgentConfig::port, 4790),
                env.optional("VL3_WIREGUARD_PORT", AgentConfig::firstPort, WIREGUARD_PORT),
                env.optional("VL3_NRI", AgentConfig::flag, true),
                env.optional("VL3_NRI_SOCKET", Path::of, Path.of("/run/nri/nri.sock")),
                env.optional("VL3_CRI_SOCKET", Path::of, Path.of("/run/containerd/containerd.sock")),
                env.optional("VL3_ROOM_FOLDER", Path::of, Path.of("/run/netns")),
                env.optional("VL3_STATE_FOLDER", Path::of, Path.of("/var/lib/vl3mesh")),
                env.optional("VL3_ROOTS_FILE", Path::of, Path.of("/etc/vl3mesh/trust/roots.pem")),
                env.optional("VL3_TOKEN_FILE", Path::of, Path.of("/var/run/secrets/vl3mesh/token")),
                env.optional("VL3_HTTP_PORT", AgentConfig::port, 18081),
                env.optional("VL3_METRICS_ADDRESS", AgentConfig::address, Optional.empty()),
                env.optional("SPIFFE_ENDPOINT_SOCKET", Optional::of, Optional.empty()));
        env.finish();
        return config;
    }

    private static Optional<InetAddress> address(String text) {
        return Optional.of(IpAddress.parse(text).toInetAddress());
    }

    private static List<IpAddress> outer(String text) {
        List<IpAddress> addresses = new ArrayList<>();
        for (String part : text.split(",")) {
            IpAddress address = IpAddress.parse(part.strip());
            if (addresses.stream().noneMatch(other -> other.family() == address.family())) {
                addresses.add(address);
            }
        }
        addresses.sort(null);
        return addresses;
    }

    private static InetSocketAddress hostAndPort(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("'" + text + "' is not host:port");
        }
        return unresolved(text.substring(0, colon), port(text.substring(colon + 1)));
    }

    private static InetSocketAddress unresolved(String host, int port) {
        return InetSocketAddress.createUnresolved(host, port);
    }

    private static InetSocketAddress dnsAddress(String text) {
        boolean withPort =
                text.startsWith("[") || (text.indexOf(':') == text.lastIndexOf(':') && text.indexOf(':') > 0);
        if (!withPort) {
            return new InetSocketAddress(IpAddress.parse(text).toInetAddress(), DNS_PORT);
        }
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon).replace("[", "").replace("]", "");
        return new InetSocketAddress(IpAddress.parse(host).toInetAddress(), port(text.substring(colon + 1)));
    }

    private static int firstPort(String text) {
        int first = port(text);
        if (first + WireGuardDevices.PORTS - 1 > PORT_MAX) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not the first of " + WireGuardDevices.PORTS + " ports below " + PORT_MAX);
        }
        return first;
    }

    private static int port(String text) {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("'" + text + "' is not a port, 1 to 65535");
        }
        return port;
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        };
    }
}
