package dev.vl3mesh.ctl.envoy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/// What a sidecar takes in, as its listener `virtualInbound` says: by port, with mutual TLS or without.
///
/// @param mutual the chain of filters for each port, for callers that show a certificate
/// @param plain the same, for those that show none; under `STRICT` there is none
public record Inbound(Map<Integer, JsonNode> mutual, Map<Integer, JsonNode> plain) {
    /// Reads `/config_dump?resource=dynamic_listeners`.
    public static Inbound of(JsonNode dump) {
        Map<Integer, JsonNode> mutual = new TreeMap<>();
        Map<Integer, JsonNode> plain = new TreeMap<>();
        for (JsonNode config : dump.path("configs")) {
            if (config.path("name").asText().equals("virtualInbound")) {
                JsonNode listener = config.path("active_state").path("listener");
                for (JsonNode chain : listener.path("filter_chains")) {
                    put(chain, mutual, plain);
                }
            }
        }
        return new Inbound(mutual, plain);
    }

    private static void put(JsonNode chain, Map<Integer, JsonNode> mutual, Map<Integer, JsonNode> plain) {
        JsonNode match = chain.path("filter_chain_match");
        int port = match.path("destination_port").asInt();
        if (port == 0 || chain.path("name").asText().equals("virtualInbound-blackhole")) {
            return; // no port of the application's
        }
        if (match.path("transport_protocol").asText().equals("tls")) {
            mutual.putIfAbsent(port, chain);
        } else {
            plain.putIfAbsent(port, chain);
        }
    }
}
