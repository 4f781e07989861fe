package dev.vl3mesh.xds.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublisherConfigTest {
    private static Map<String, String> whole() {
        return new HashMap<>(Map.of(
                "VL3_DOMAIN", "red",
                "VL3_REVISION", "red",
                "VL3_CLUSTER", "east",
                "VL3_TRUST_DOMAIN", "east.vl3mesh.internal",
                "VL3_CONTROL_ADDRESS", "vl3-control:18443",
                "VL3_ROOTS", "PEM",
                "VL3_TOKEN_FILE", "/token",
                "VL3_CA_FOLDER", "/ca"));
    }

    @Test
    void everythingIsRead() {
        PublisherConfig config = PublisherConfig.of(whole());
        assertThat(config.domain()).hasToString("red");
        assertThat(config.cluster()).hasToString("east");
        assertThat(config.caFolder()).isEqualTo(Path.of("/ca"));
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        Map<String, String> environment = whole();
        environment.remove("VL3_ROOTS");
        environment.put("VL3_DOMAIN", "Red");
        environment.put("VL3_DOMIAN", "red");
        assertThatThrownBy(() -> PublisherConfig.of(environment))
                .hasMessageContaining("VL3_ROOTS is missing")
                .hasMessageContaining("VL3_DOMAIN: ")
                .hasMessageContaining("unknown variable VL3_DOMIAN");
    }
}
