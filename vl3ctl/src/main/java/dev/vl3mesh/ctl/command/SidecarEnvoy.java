package dev.vl3mesh.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vl3mesh.ctl.envoy.Application;
import dev.vl3mesh.ctl.envoy.Inbound;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/// What a sidecar's Envoy says of itself; what it was not asked or did not answer is empty.
///
/// @param identity SPIFFE id of its certificate
/// @param validUntil of its certificate, RFC 3339
/// @param heapBytes that it has reserved; 0 where it was not told
/// @param configured when its control plane last changed its listeners, RFC 3339
/// @param listeners how many it has
/// @param ports of the application that it takes calls for
/// @param deafPorts at which the application refuses it
public record SidecarEnvoy(
        String identity,
        String validUntil,
        long heapBytes,
        String configured,
        int listeners,
        List<TakenPort> ports,
        List<Integer> deafPorts) {
    /// One that does not answer.
    static final SidecarEnvoy SILENT = new SidecarEnvoy("", "", 0, "", 0, List.of(), List.of());

    /// A port of the application's.
    ///
    /// @param mutual whether calls with a certificate are taken
    /// @param plain whether those without are
    public record TakenPort(int number, boolean mutual, boolean plain) {}

    /// Asks an Envoy.
    ///
    /// @param answer to a path of its administration; an empty object where there is none
    static SidecarEnvoy of(Function<String, JsonNode> answer) {
        JsonNode leaf = leaf(answer.apply("/certs"));
        Inbound inbound =
                Inbound.of(answer.apply("/config_dump?resource=dynamic_listeners&name_regex=%5EvirtualInbound%24"));
        return new SidecarEnvoy(
                leaf.path("subject_alt_names").path(0).path("uri").asText(),
                leaf.path("expiration_time").asText(),
                answer.apply("/memory").path("heap_size").asLong(),
                configured(answer.apply("/stats?filter=lds.version_text&type=TextReadouts&format=json")),
                answer.apply("/listeners?format=json").path("listener_statuses").size(),
                ports(inbound),
                Application.deafPorts(answer.apply("/clusters?format=json")));
    }

    /// Envoy's `/certs` tells roots, too, which have no chain.
    private static JsonNode leaf(JsonNode certificates) {
        for (JsonNode one : certificates.path("certificates")) {
            if (!one.path("cert_chain").isEmpty()) {
                return one.path("cert_chain").path(0);
            }
        }
        return certificates.path("none");
    }

    /// istiod's versions are `<time>/<number>`.
    private static String configured(JsonNode stats) {
        String version = stats.path("stats").path(0).path("value").asText();
        int end = version.indexOf('/');
        return end < 0 ? version : version.substring(0, end);
    }

    private static List<TakenPort> ports(Inbound inbound) {
        TreeSet<Integer> numbers = new TreeSet<>(inbound.mutual().keySet());
        numbers.addAll(inbound.plain().keySet());
        return numbers.stream()
                .map(number -> new TakenPort(
                        number,
                        inbound.mutual().containsKey(number),
                        inbound.plain().containsKey(number)))
                .toList();
    }
}
