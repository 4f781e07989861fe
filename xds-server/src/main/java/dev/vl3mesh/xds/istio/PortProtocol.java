package dev.vl3mesh.xds.istio;

import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What Istio takes a port to speak, by the rule that it has for Services of Kubernetes: what `appProtocol`
/// says, else the port's name, which is `<protocol>` or `<protocol>-<anything>`.
///
/// See istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
final class PortProtocol {
    private static final Set<String> PROTOCOLS =
            Set.of("http", "http2", "https", "grpc", "grpc-web", "tcp", "tls", "mongo", "mysql", "redis", "udp");

    /// Kubernetes' own words, see kubernetes.io/docs/concepts/services-networking/service/#application-protocol
    private static final Map<String, String> KUBERNETES =
            Map.of("kubernetes.io/h2c", "HTTP2", "kubernetes.io/ws", "HTTP", "kubernetes.io/wss", "HTTPS");

    /// Those whose requests say which host they are for.
    private static final Set<String> OF_HTTP = Set.of("HTTP", "HTTP2", "GRPC", "GRPC-WEB");

    private PortProtocol() {}

    /// The protocol; nothing where a sidecar does not carry it, as with UDP, which goes from pod to pod.
    static Optional<String> of(ServicePort port) {
        if (!port.protocol().equals("TCP")) {
            return Optional.empty();
        }
        String said = port.appProtocol().toLowerCase(Locale.ROOT);
        if (KUBERNETES.containsKey(said)) {
            return Optional.of(KUBERNETES.getOrDefault(said, "TCP"));
        }
        String name = said.isEmpty() ? port.name().toLowerCase(Locale.ROOT) : said;
        if (name.equals("grpc-web") || name.startsWith("grpc-web-")) {
            return Optional.of("GRPC-WEB");
        }
        String word = name.contains("-") ? name.substring(0, name.indexOf('-')) : name;
        return Optional.of(PROTOCOLS.contains(word) ? word.toUpperCase(Locale.ROOT) : "TCP");
    }

    /// Whether requests say which host they are for, so that addresses need not tell services apart.
    static boolean namesHost(ServicePort port) {
        return of(port).filter(OF_HTTP::contains).isPresent();
    }

    /// The port's name, which Istio wants to have.
    static String name(ServicePort port) {
        return port.name().isEmpty() ? "tcp-" + port.port() : port.name();
    }
}
