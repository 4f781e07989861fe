package dev.vl3mesh.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BridgeConfigTest {
    private static final Map<String, String> LEAST =
            Map.of("VL3_CLUSTER", "east", "VL3_NAMESPACE", "vl3mesh-system", "VL3_POD", "vl3-control-1");

    @Test
    void theDefaultsAreThese() {
        BridgeConfig config = BridgeConfig.of(LEAST);
        assertThat(config.trustDomain()).isEqualTo("east.vl3mesh.internal");
        assertThat(config.grpcPort()).isEqualTo(18_443);
        assertThat(config.httpPort()).isEqualTo(18_080);
        assertThat(config.linkNodePort()).isEqualTo(30_443);
        assertThat(config.linkAddress()).isEmpty();
        assertThat(config.linkPort()).isEqualTo(18_445);
        assertThat(config.workloadApi()).isEmpty();
    }

    @Test
    void whatIsEmptyIsLeftOut() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("VL3_LINK_NODE_PORT", "");
        environment.put("SPIFFE_ENDPOINT_SOCKET", "");
        assertThat(BridgeConfig.of(environment)).isEqualTo(BridgeConfig.of(LEAST));
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> BridgeConfig.of(
                        Map.of("VL3_CLUSTER", "Not A Name", "VL3_COLOUR", "red", "VL3_HTTP_PORT", "99999")))
                .hasMessageContaining("VL3_COLOUR")
                .hasMessageContaining("VL3_NAMESPACE is missing")
                .hasMessageContaining("VL3_POD is missing")
                .hasMessageContaining("VL3_CLUSTER")
                .hasMessageContaining("99999");
    }
}
