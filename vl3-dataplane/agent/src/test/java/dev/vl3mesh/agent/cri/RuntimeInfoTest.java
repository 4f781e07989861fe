package dev.vl3mesh.agent.cri;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeInfoTest {
    @Test
    void findsProcessAndNamespace() {
        RuntimeInfo info = RuntimeInfo.parse("""
                {"pid": 4711, "processStatus": "running", "runtimeSpec": {"linux": {"namespaces": [
                  {"type": "pid"}, {"type": "network", "path": "/var/run/netns/cni-1"}]}}}
                """);
        assertThat(info).isEqualTo(new RuntimeInfo(4711, Optional.of("/var/run/netns/cni-1")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "null",
                "{\"pid\":\"x\"}",
                "{\"pid\":[1],\"runtimeSpec\":3}",
                "{\"runtimeSpec\":{\"linux\":{\"namespaces\":[1,{\"type\":\"network\"}]}}}"
            })
    void takesNothingFromWhatItDoesNotKnow(String text) {
        assertThat(RuntimeInfo.parse(text)).isEqualTo(new RuntimeInfo(0, Optional.empty()));
    }
}
