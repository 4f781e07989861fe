package dev.vl3mesh.xds.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class McpStreamTest {
    private static final String SERVICES = "networking.istio.io/v1/ServiceEntry";
    private static final String FILTERS = "networking.istio.io/v1alpha3/EnvoyFilter";

    private final McpStream stream = new McpStream();

    private static McpSnapshot snapshot(String... services) {
        List<Any> resources = List.of(services).stream()
                .map(text -> Any.newBuilder()
                        .setTypeUrl("t")
                        .setValue(ByteString.copyFromUtf8(text))
                        .build())
                .toList();
        return new McpSnapshot(Map.of(SERVICES, McpSet.of(resources)));
    }

    private static DiscoveryRequest request(String type, String nonce) {
        return DiscoveryRequest.newBuilder()
                .setTypeUrl(type)
                .setResponseNonce(nonce)
                .build();
    }

    private DiscoveryResponse next(McpSnapshot snapshot) {
        return stream.poll(snapshot).orElseThrow();
    }

    @Test
    void aFirstRequestIsAnsweredWhateverItsNonce() {
        stream.onRequest(request(SERVICES, "2026-11-27T09:00:00Z"));
        DiscoveryResponse response = next(snapshot("one"));
        assertThat(response.getTypeUrl()).isEqualTo(SERVICES);
        assertThat(response.getResourcesCount()).isEqualTo(1);
        assertThat(response.getVersionInfo()).isNotEmpty();
    }

    /// istiod is never ready before each type has its answer.
    @Test
    void aTypeOfWhichNothingIsPublishedIsAnsweredEmpty() {
        stream.onRequest(request(FILTERS, "x"));
        DiscoveryResponse response = next(snapshot("one"));
        assertThat(response.getTypeUrl()).isEqualTo(FILTERS);
        assertThat(response.getResourcesCount()).isZero();
        assertThat(stream.poll(snapshot("two"))).isEmpty();
    }

    @Test
    void theMeshConfigIsNotAnswered() {
        stream.onRequest(request("core/v1alpha1/MeshConfig", "x"));
        assertThat(stream.poll(snapshot("one"))).isEmpty();
    }

    @Test
    void whatChangesIsSentWhenTheLastWasAcknowledged() {
        stream.onRequest(request(SERVICES, "x"));
        String nonce = next(snapshot("one")).getNonce();
        assertThat(stream.poll(snapshot("two"))).isEmpty();
        stream.onRequest(request(SERVICES, "an old one"));
        assertThat(stream.poll(snapshot("two"))).isEmpty();
        stream.onRequest(request(SERVICES, nonce));
        assertThat(stream.idle(snapshot("one"))).isTrue();
        assertThat(stream.idle(snapshot("two"))).isFalse();
        assertThat(stream.poll(snapshot("one"))).isEmpty();
        assertThat(next(snapshot("two", "three")).getResourcesCount()).isEqualTo(2);
    }

    @Test
    void nobodyAsksForHundredsOfTypes() {
        for (int i = 0; i < 100; i++) {
            stream.onRequest(request("type/" + i, ""));
        }
        assertThatThrownBy(() -> stream.onRequest(request("type/100", ""))).hasMessageContaining("beside 100 types");
        assertThatThrownBy(() -> new McpStream().onRequest(request("", "")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void equalSetsHaveEqualVersions() {
        assertThat(snapshot("one").of(SERVICES).version())
                .isEqualTo(snapshot("one").of(SERVICES).version());
        assertThat(snapshot("one").of(SERVICES).version())
                .isNotEqualTo(snapshot("two").of(SERVICES).version());
    }
}
