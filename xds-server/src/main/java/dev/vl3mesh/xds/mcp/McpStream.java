package dev.vl3mesh.xds.mcp;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The publisher's side of one stream: which types were asked for, and what of each was sent. Each response is the
/// whole set of its type, and what it lacks is deleted by the receiver: so nothing is sent while nothing is known.
/// One response of a type is under way at a time. Not safe for threads.
///
/// Protocol: xDS, "State of the World", as istiod's `adsc` speaks it: the first request of a type carries a nonce of
/// the client's own making, resource names are never given, nothing is ever refused.
final class McpStream {
    private static final Logger LOG = LoggerFactory.getLogger(McpStream.class);
    /// istiod asks for it, keeps the answer unused and never acknowledges it.
    private static final String MESH_CONFIG = "core/v1alpha1/MeshConfig";

    private static final int TYPES_MAX = 100;

    private final Map<String, Sent> types = new LinkedHashMap<>();
    private long nonces;

    private static final class Sent {
        String version = "";
        Optional<String> nonceUnderWay = Optional.empty();
    }

    /// Takes a request: for a type, or the acknowledgement of a response.
    ///
    /// @throws IllegalArgumentException if it breaks the protocol; the stream must end
    void onRequest(DiscoveryRequest request) {
        String type = request.getTypeUrl();
        if (type.equals(MESH_CONFIG)) {
            return;
        }
        Sent sent = types.get(type);
        if (sent == null) {
            if (type.isEmpty() || types.size() >= TYPES_MAX) {
                throw new IllegalArgumentException(
                        "'" + type + "' can't be asked for beside " + types.size() + " types");
            }
            types.put(type, new Sent());
            return;
        }
        if (sent.nonceUnderWay.filter(request.getResponseNonce()::equals).isPresent()) {
            sent.nonceUnderWay = Optional.empty();
            if (request.hasErrorDetail()) {
                LOG.warn("{} was refused: {}", type, request.getErrorDetail().getMessage());
            }
        }
    }

    /// Returns what to send next, or nothing until something changes or is acknowledged.
    ///
    /// @param snapshot all that is published now
    Optional<DiscoveryResponse> poll(McpSnapshot snapshot) {
        for (Map.Entry<String, Sent> entry : types.entrySet()) {
            Sent sent = entry.getValue();
            McpSet set = snapshot.of(entry.getKey());
            if (sent.nonceUnderWay.isEmpty() && !sent.version.equals(set.version())) {
                String nonce = Long.toString(++nonces);
                sent.nonceUnderWay = Optional.of(nonce);
                sent.version = set.version();
                return Optional.of(DiscoveryResponse.newBuilder()
                        .setTypeUrl(entry.getKey())
                        .setVersionInfo(set.version())
                        .setNonce(nonce)
                        .addAllResources(set.resources())
                        .build());
            }
        }
        return Optional.empty();
    }

    /// Whether all that was asked for was sent, and acknowledged.
    boolean idle(McpSnapshot snapshot) {
        return !types.isEmpty()
                && types.entrySet().stream()
                        .allMatch(entry -> entry.getValue().nonceUnderWay.isEmpty()
                                && entry.getValue()
                                        .version
                                        .equals(snapshot.of(entry.getKey()).version()));
    }
}
