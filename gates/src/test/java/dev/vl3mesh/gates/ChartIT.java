package dev.vl3mesh.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the real helm makes of the chart. `-Dgolden.update` writes it anew; look at the difference before you
/// commit it.
class ChartIT {
    private static final String KUBERNETES = "1.36";
    private static final Path GOLDEN = Tree.ROOT.resolve("deploy/helm/golden");

    private record Result(int exitCode, String output) {}

    private static Result helm(String... values) throws IOException, InterruptedException {
        Path helm = Path.of(
                System.getenv()
                        .getOrDefault(
                                "VL3_PEERS",
                                System.getenv()
                                                .getOrDefault(
                                                        "VL3_CACHE",
                                                        System.getProperty("user.home") + "/.cache/vl3mesh")
                                        + "/peers/current"),
                "bin/helm");
        assertThat(helm).as("the real helm: ./vl3 test builds it").isExecutable();
        List<String> command = new ArrayList<>(List.of(
                helm.toString(),
                "template",
                "vl3mesh",
                Tree.ROOT.resolve("deploy/helm/vl3mesh").toString(),
                "--namespace",
                "vl3mesh-system",
                "--kube-version",
                KUBERNETES));
        for (String value : values) {
            command.add("--set");
            command.add(value);
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    private static void rendersAs(String name, String... values) throws IOException, InterruptedException {
        Result result = helm(values);
        assertThat(result.exitCode()).as(result.output()).isZero();
        Path golden = GOLDEN.resolve(name + ".yaml");
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, result.output());
        }
        assertThat(result.output())
                .as(golden.getFileName() + " is not what the chart renders: ./mvnw verify -pl gates -am -Dgolden.update"
                        + " -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(Files.readString(golden));
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
        Result result = helm();
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("cluster.name is required");
    }
}
