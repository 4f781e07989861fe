package dev.vl3mesh.testbed.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.config.AgentConfig;
import dev.vl3mesh.agent.config.ControlWorker;
import dev.vl3mesh.agent.config.ResourceSink;
import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.spire.FakeWorkloadApi;
import dev.vl3mesh.xds.FakeHandlers;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.server.ControlServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an agent shows to a control plane, over TLS on loopback. Here and not beside the agent, which has no issuer.
@Timeout(180)
class AgentIdentityTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration HOUR = Duration.ofHours(1);
    private static final NodeName NODE = new NodeName("east-1");

    private final CertificateIssuer issuer = CertificateIssuer.newRoot("east.test", Instant.now(), HOUR, RANDOM);
    private final FakeHandlers handlers = new FakeHandlers(issuer, "east.test");

    @TempDir
    private Path folder;

    private ControlServer server;

    /// Machines are slow at times.
    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    @BeforeEach
    void start() throws Exception {
        Svid svid = issuer.issue(SpiffeId.control("east.test"), List.of(), Instant.now(), HOUR);
        ResourceStore store = new ResourceStore();
        store.complete(new KubeClusterName("east"));
        server = new ControlServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new KubeClusterName("east"),
                        () -> svid,
                        store,
                        handlers)
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ControlWorker worker(Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "VL3_CLUSTER", "east",
                "VL3_TRUST_DOMAIN", "east.test",
                "VL3_NAMESPACE", "vl3mesh-system",
                "VL3_POD", "vl3-agent-x",
                "VL3_NODE", NODE.value(),
                "VL3_NODE_IPS", "192.0.2.1",
                "VL3_CONTROL_ADDRESS", "127.0.0.1:" + server.port(),
                "VL3_CLUSTER_DNS", "10.96.0.10"));
        variables.put("VL3_TOKEN_FILE", folder.resolve("token").toString());
        variables.put("VL3_ROOTS_FILE", folder.resolve("roots.pem").toString());
        variables.putAll(more);
        ResourceSink sink = new ResourceSink() {
            @Override
            public void learn(SnapshotDelta delta) {}

            @Override
            public void complete() {}
        };
        return new ControlWorker(AgentConfig.of(variables), sink, List.of(), NodeReport::newBuilder);
    }

    @Test
    void aTokenIsExchangedForAnIdentity() throws Exception {
        Files.writeString(folder.resolve("token"), "node:east-1\n");
        Files.writeString(folder.resolve("roots.pem"), Pem.certificates(List.of(issuer.root())));
        ControlWorker worker = worker(Map.of());
        assertThat(worker.certificateEnd()).isEmpty();
        worker.start();
        patiently().until(() -> handlers.reports.containsKey(NODE));
        patiently().until(worker::isConnected);
        patiently().until(() -> worker.snapshotAgeMillis() >= 0);
        assertThat(worker.certificateEnd())
                .hasValueSatisfying(end -> assertThat(end).isAfter(Instant.now()));
        worker.stop();
    }

    @Test
    void withAWorkloadApiNoTokenIsNeeded() throws Exception {
        try (FakeWorkloadApi api = new FakeWorkloadApi(folder.resolve("agent.sock"))) {
            ControlWorker worker = worker(Map.of("SPIFFE_ENDPOINT_SOCKET", api.address()));
            worker.start();
            Svid given = issuer.issue(SpiffeId.node("east.test", "east-1"), List.of(), Instant.now(), HOUR);
            api.give(given);
            patiently().until(() -> handlers.reports.containsKey(NODE));
            patiently().until(worker::isConnected);
            assertThat(worker.certificateEnd()).contains(given.end());
            Svid next =
                    issuer.issue(SpiffeId.node("east.test", "east-1"), List.of(), Instant.now(), HOUR.multipliedBy(2));
            api.give(next);
            patiently().until(() -> worker.certificateEnd().equals(Optional.of(next.end())));
            assertThat(worker.isConnected()).isTrue();
            worker.stop();
        }
    }

    @Test
    void anotherNodesIdentityIsNotTaken() throws Exception {
        try (FakeWorkloadApi api = new FakeWorkloadApi(folder.resolve("agent.sock"))) {
            ControlWorker worker = worker(Map.of("SPIFFE_ENDPOINT_SOCKET", api.address()));
            worker.start();
            api.give(issuer.issue(SpiffeId.node("east.test", "east-2"), List.of(), Instant.now(), HOUR));
            patiently().until(() -> api.open() == 1);
            assertThat(worker.certificateEnd()).isEmpty();
            api.give(issuer.issue(SpiffeId.node("east.test", "east-1"), List.of(), Instant.now(), HOUR));
            patiently().until(() -> handlers.reports.containsKey(NODE));
            assertThat(handlers.reports).containsOnlyKeys(NODE);
            worker.stop();
        }
    }
}
