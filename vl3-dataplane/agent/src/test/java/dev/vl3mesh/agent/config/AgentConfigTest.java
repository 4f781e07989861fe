package dev.vl3mesh.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentConfigTest {
    private static final Map<String, String> LEAST = Map.of(
            "VL3_CLUSTER", "east",
            "VL3_NAMESPACE", "vl3mesh-system",
            "VL3_POD", "vl3-agent-x",
            "VL3_NODE", "n1",
            "VL3_NODE_IPS", "2001:db8::1,192.0.2.1,192.0.2.9",
            "VL3_CONTROL_ADDRESS", "vl3-control.vl3mesh-system.svc:18443",
            "VL3_CLUSTER_DNS", "10.96.0.10",
            "PATH", "/bin");

    @Test
    void hasTheseDefaults() {
        assertThat(AgentConfig.of(LEAST))
                .isEqualTo(new AgentConfig(
                        new KubeClusterName("east"),
                        "east.vl3mesh.internal",
                        "vl3mesh-system",
                        "vl3-agent-x",
                        new NodeName("n1"),
                        List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1")),
                        InetSocketAddress.createUnresolved("vl3-control.vl3mesh-system.svc", 18443),
                        new InetSocketAddress(IpAddress.parse("10.96.0.10").toInetAddress(), 53),
                        4790,
                        51_900,
                        true,
                        Path.of("/run/nri/nri.sock"),
                        Path.of("/run/containerd/containerd.sock"),
                        Path.of("/run/netns"),
                        Path.of("/var/lib/vl3mesh"),
                        Path.of("/etc/vl3mesh/trust/roots.pem"),
                        Path.of("/var/run/secrets/vl3mesh/token"),
                        18081,
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void gathersAllProblemsAndSuggestsWhatWasMeant() {
        Map<String, String> wrong = new HashMap<>(LEAST);
        wrong.remove("VL3_NODE");
        wrong.put("VL3_CLUSTER_DNS", "dns");
        wrong.put("VL3_VXLAN_PORT", "70000");
        wrong.put("VL3_NRI", "yes");
        wrong.put("VL3_NODE_IP", "192.0.2.1");
        assertThatThrownBy(() -> AgentConfig.of(wrong))
                .hasMessageContaining("VL3_NODE is not set")
                .hasMessageContaining("VL3_CLUSTER_DNS: 'dns' is not an IP address")
                .hasMessageContaining("VL3_VXLAN_PORT: '70000' is not a port")
                .hasMessageContaining("VL3_NRI: 'yes' is neither")
                .hasMessageContaining("VL3_NODE_IP is unknown: did you mean VL3_NODE_IPS?");
    }

    @Test
    void takesDnsPortsOfBothFamilies() {
        assertThat(dns("10.96.0.10:5353")).hasToString("/10.96.0.10:5353");
        assertThat(dns("fd00::a").getPort()).isEqualTo(53);
        assertThat(dns("[fd00::a]:5353").getPort()).isEqualTo(5353);
    }

    private static InetSocketAddress dns(String text) {
        Map<String, String> variables = new HashMap<>(LEAST);
        variables.put("VL3_CLUSTER_DNS", text);
        return AgentConfig.of(variables).clusterDns();
    }
}
