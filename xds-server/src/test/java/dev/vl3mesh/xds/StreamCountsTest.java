package dev.vl3mesh.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.client.AdsClient;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.client.LinkClient;
import dev.vl3mesh.xds.server.ControlServer;
import dev.vl3mesh.xds.server.StreamCounts;
import dev.vl3mesh.xds.server.StreamCounts.Kind;
import dev.vl3mesh.xds.stream.ResourceListener;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Real streams over TLS on loopback.
class StreamCountsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final KubeClusterName WEST = new KubeClusterName("west");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SpiffeId CONTROL = SpiffeId.control("east.test");

    private final CertificateIssuer issuer = CertificateIssuer.newRoot("east.test", Instant.now(), HOUR, RANDOM);
    private final ResourceStore home = new ResourceStore();
    private ControlServer server;

    /// Machines are slow at times.
    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    @BeforeEach
    void start() throws IOException {
        Svid svid = svid(CONTROL);
        server = new ControlServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        EAST,
                        () -> svid,
                        home,
                        new FakeHandlers(issuer, "east.test"))
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Svid svid(SpiffeId id) {
        return issuer.issue(id, List.of(), Instant.now(), HOUR);
    }

    private ManagedChannel channel(SpiffeId id) {
        Svid svid = svid(id);
        return ControlChannel.mutual("127.0.0.1:" + server.port(), () -> svid, CONTROL);
    }

    private void counts(Kind kind, long open, long refused) {
        StreamCounts counts = server.streams();
        patiently()
                .untilAsserted(() -> assertThat(List.of(counts.open(kind), counts.refused(kind)))
                        .as(kind + " open, refused")
                        .containsExactly(open, refused));
    }

    private static void publish(ResourceStore store, KubeClusterName origin) {
        MeshResource resource = new AttachmentResource(
                origin,
                new DomainName("red"),
                List.of(IpAddress.parse("172.16.0.2")),
                new NodeName("n1"),
                "prod",
                "p",
                Optional.empty(),
                "default",
                true);
        store.apply(origin, new SnapshotDelta(List.of(resource), Set.of()));
        store.complete(origin);
    }

    @Test
    void aStreamCountsWhileItIsOpen() {
        ManagedChannel channel = channel(SpiffeId.node("east.test", "n1"));
        AdsClient client = new AdsClient(channel, "agent", new StoreFeeder(new ResourceStore(), _ -> true));
        client.start();
        counts(Kind.AGENT, 1, 0);
        counts(Kind.MEMBER, 0, 0);
        client.close();
        channel.shutdownNow();
        counts(Kind.AGENT, 0, 0);
    }

    @Test
    void membersAreCountedApart() {
        ManagedChannel channel = channel(SpiffeId.cluster("east.test", "west"));
        LinkClient link = new LinkClient(channel, WEST, EAST, new ResourceStore(WEST));
        counts(Kind.MEMBER, 1, 0);
        counts(Kind.PUBLISH, 1, 0);
        counts(Kind.AGENT, 0, 0);
        link.close();
        channel.shutdownNow();
        counts(Kind.MEMBER, 0, 0);
        counts(Kind.PUBLISH, 0, 0);
    }

    @Test
    void whatAnAgentRefusesIsCounted() {
        publish(home, EAST);
        ManagedChannel channel = channel(SpiffeId.node("east.test", "n1"));
        AdsClient client = new AdsClient(channel, "agent", new ResourceListener() {
            @Override
            public void onBatch(ResourceKind kind, List<MeshResource> upserts, List<String> removals) {
                if (!upserts.isEmpty()) {
                    throw new IllegalArgumentException("not that");
                }
            }

            @Override
            public void onComplete(KubeClusterName origin) {}
        });
        client.start();
        counts(Kind.AGENT, 1, 1);
        client.close();
        channel.shutdownNow();
    }

    @Test
    void whatIsRefusedOfAMemberIsCounted() {
        ResourceStore member = new ResourceStore(WEST);
        home.apply(EAST, new SnapshotDelta(List.of(LoopbackHome.domain(EAST, LoopbackHome.RED)), Set.of()));
        ManagedChannel channel = channel(SpiffeId.cluster("east.test", "north"));
        // a member that speaks for another cluster
        LinkClient link = new LinkClient(channel, WEST, EAST, member);
        publish(member, WEST);
        counts(Kind.PUBLISH, 1, 1);
        link.close();
        channel.shutdownNow();
    }
}
