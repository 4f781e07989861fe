package dev.vl3mesh.spire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.identity.SvidTls;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.FakeHandlers;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.client.AdsClient;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.server.ControlServer;
import dev.vl3mesh.xds.server.StreamCounts;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A control plane and an agent whose identities come from a Workload API, while certificates and the root change.
@Timeout(180)
class RotationTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration HOUR = Duration.ofHours(1);
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final SpiffeId CONTROL = SpiffeId.control("east.test");
    private static final SpiffeId NODE = SpiffeId.node("east.test", "east-1");

    private final CertificateIssuer before = CertificateIssuer.newRoot("east.test", Instant.now(), HOUR, RANDOM);
    private final CertificateIssuer after = CertificateIssuer.newRoot("east.test", Instant.now(), HOUR, RANDOM);
    private final ResourceStore store = new ResourceStore();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicInteger handshakes = new AtomicInteger();

    @TempDir
    private Path folder;

    private FakeWorkloadApi ofControl;
    private FakeWorkloadApi ofNode;
    private WorkloadIdentity control;
    private WorkloadIdentity node;
    private ControlServer server;

    /// Machines are slow at times.
    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    @BeforeEach
    void start() throws Exception {
        ofControl = closing(new FakeWorkloadApi(folder.resolve("control.sock")));
        ofNode = closing(new FakeWorkloadApi(folder.resolve("node.sock")));
        give(before, before.root());
        control = closing(new WorkloadIdentity(WorkloadEndpoint.parse(ofControl.address()), CONTROL));
        node = closing(new WorkloadIdentity(WorkloadEndpoint.parse(ofNode.address()), NODE));
        control.await();
        node.await();
        server = closing(new ControlServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        EAST,
                        () -> {
                            handshakes.incrementAndGet();
                            return control.current();
                        },
                        store,
                        new FakeHandlers(before, "east.test"))
                .start());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private <T extends AutoCloseable> T closing(T closeable) {
        open.add(closeable);
        return closeable;
    }

    /// Both get a new certificate of an issuer, and these roots.
    private void give(CertificateIssuer issuer, X509Certificate... roots) {
        ofControl.give(svid(issuer, CONTROL, roots));
        ofNode.give(svid(issuer, NODE, roots));
    }

    private static Svid svid(CertificateIssuer issuer, SpiffeId id, X509Certificate... roots) {
        Svid signed = issuer.issue(id, List.of(), Instant.now(), HOUR);
        return new Svid(signed.key(), signed.chain(), List.of(roots));
    }

    private void bothHave(CertificateIssuer issuer, X509Certificate... roots) {
        patiently().untilAsserted(() -> {
            for (Svid svid : List.of(control.current(), node.current())) {
                assertThat(svid.roots()).containsExactlyInAnyOrder(roots);
                svid.chain().getFirst().verify(issuer.root().getPublicKey());
            }
        });
    }

    private ResourceStore agent(Supplier<Svid> identity) {
        ResourceStore known = new ResourceStore();
        ManagedChannel channel = ControlChannel.mutual("127.0.0.1:" + server.port(), identity, CONTROL);
        open.add(channel::shutdownNow);
        AdsClient client = closing(new AdsClient(channel, "agent", new StoreFeeder(known, _ -> true)));
        client.start();
        return known;
    }

    private void publish(String address) {
        AttachmentResource resource = new AttachmentResource(
                EAST,
                new DomainName("red"),
                List.of(IpAddress.parse(address)),
                new NodeName("east-1"),
                "prod",
                "p",
                Optional.empty(),
                "default",
                true);
        store.apply(EAST, new SnapshotDelta(List.of(resource), Set.of()));
    }

    /// What the server shows to one who connects now.
    private X509Certificate shown() throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(
                new KeyManager[] {SvidTls.keyManager(node::current)},
                new TrustManager[] {SvidTls.trustManager(() -> node.current().roots(), CONTROL::equals)},
                RANDOM);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void newConnectionsShowTheNewCertificateAndNoneBreaks() throws Exception {
        publish("172.16.0.2");
        store.complete(EAST);
        ResourceStore first = agent(node::current);
        patiently().untilAsserted(() -> assertThat(first.of(EAST)).hasSize(1));
        X509Certificate original = shown();
        assertThat(original).isEqualTo(control.current().chain().getFirst());

        // as SPIRE does it: the new root is told before anything is signed by it, and the old one goes last
        give(before, before.root(), after.root());
        bothHave(before, before.root(), after.root());
        give(after, before.root(), after.root());
        bothHave(after, before.root(), after.root());
        give(after, after.root());
        bothHave(after, after.root());
        int handshakesBefore = handshakes.get();
        publish("172.16.0.3");
        patiently().untilAsserted(() -> assertThat(first.of(EAST)).hasSize(2));
        assertThat(handshakes.get())
                .as("the stream of before is still the same")
                .isEqualTo(handshakesBefore);

        assertThat(shown()).isEqualTo(control.current().chain().getFirst()).isNotEqualTo(original);
        ResourceStore second = agent(node::current);
        patiently().untilAsserted(() -> assertThat(second.of(EAST)).hasSize(2));
        assertThat(server.streams().open(StreamCounts.Kind.AGENT)).isEqualTo(2);
    }

    @Test
    void whoHasOnlyAnOldRootsCertificateIsRefusedAfterwards() {
        Svid old = node.current();
        give(after, after.root());
        bothHave(after, after.root());
        publish("172.16.0.2");
        store.complete(EAST);
        ResourceStore late = agent(() -> new Svid(old.key(), old.chain(), List.of(after.root())));
        ResourceStore right = agent(node::current);
        patiently().untilAsserted(() -> assertThat(right.of(EAST)).hasSize(1));
        assertThat(late.of(EAST)).isEmpty();
    }
}
