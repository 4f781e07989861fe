package dev.vl3mesh.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the real helm makes of the chart. `-Dgolden.update` writes it anew; look at the difference before you
/// commit it.
class ChartIT {
    private static final Path GOLDEN = Tree.ROOT.resolve("deploy/helm/golden");

    private static Helm.Result helm(String... values) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>();
        for (String value : values) {
            options.add("--set");
            options.add(value);
        }
        return Helm.template("vl3mesh", Tree.ROOT.resolve("deploy/helm/vl3mesh"), "vl3mesh-system", options);
    }

    private static void rendersAs(String name, String... values) throws IOException, InterruptedException {
        Helm.Result result = helm(values);
        assertThat(result.exitCode()).as(result.output()).isZero();
        Helm.isGolden(GOLDEN.resolve(name + ".yaml"), result.output());
    }

    @Test
    void withAsLittleAsPossible() throws Exception {
        rendersAs("least", "cluster.name=east");
    }

    @Test
    void behindALoadBalancerAndWithoutNri() throws Exception {
        rendersAs(
                "cloud",
                "cluster.name=west",
                "cluster.trustDomain=west.example.test",
                "cluster.dnsAddress=10.3.0.10",
                "image.repository=mirror.example.test/vl3mesh",
                "image.tag=1.2.3",
                "link.service.type=LoadBalancer",
                "link.service.nodePort=null",
                "link.address=link.example.test:443",
                "agent.nri=false",
                "metrics.agent.onNodeAddress=true",
                "metrics.podMonitor.enabled=true",
                "metrics.podMonitor.labels.release=prometheus",
                "identity.spire.enabled=true",
                "identity.spire.hostPath=/run/spire/agent-sockets",
                "identity.spire.socket=agent.sock");
    }

    @Test
    void mountsTheWorkloadApiByItsCsiDriver() throws Exception {
        String output = helm("cluster.name=east", "identity.spire.enabled=true").output();
        assertThat(output.split("csi: \\{driver: csi.spiffe.io, readOnly: true}", -1))
                .as("in control plane and agent, not in the webhook")
                .hasSize(3);
        assertThat(output).contains("unix:///spiffe-workload-api/spire-agent.sock");
    }

    @Test
    void refusesToGuessTheClustersName() throws Exception {
        Helm.Result result = helm();
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("cluster.name is required");
    }
}
