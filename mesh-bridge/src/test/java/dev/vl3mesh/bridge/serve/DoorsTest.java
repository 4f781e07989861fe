package dev.vl3mesh.bridge.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.xds.FakeHandlers;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.client.AdsClient;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.client.IdentityClient;
import dev.vl3mesh.xds.client.LinkClient;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.proto.v1.NodeReportAck;
import dev.vl3mesh.xds.proto.v1.NodeReportingGrpc;
import dev.vl3mesh.xds.server.StreamCounts.Kind;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who gets in where, over TLS on loopback, when SPIRE gives identities and when it does not.
class DoorsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String TRUST_DOMAIN = "east.test";
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final KubeClusterName WEST = new KubeClusterName("west");
    private static final SpiffeId CONTROL = SpiffeId.control(TRUST_DOMAIN);
    private static final SpiffeId NODE = SpiffeId.node(TRUST_DOMAIN, "east-1");
    private static final SpiffeId MEMBER = SpiffeId.cluster(TRUST_DOMAIN, "west");
    private static final Duration HOUR = Duration.ofHours(1);

    private final CertificateIssuer builtIn = CertificateIssuer.newRoot(TRUST_DOMAIN, Instant.now(), HOUR, RANDOM);
    private final CertificateIssuer spire = CertificateIssuer.newRoot(TRUST_DOMAIN, Instant.now(), HOUR, RANDOM);
    private final List<AutoCloseable> open = new ArrayList<>();

    private Doors doors(boolean withSpire) throws Exception {
        Svid own = svid(builtIn, CONTROL);
        Svid withRoot = new Svid(own.key(), List.of(own.chain().getFirst(), builtIn.root()), own.roots());
        Svid given = svid(spire, CONTROL);
        ResourceStore store = new ResourceStore();
        store.complete(EAST);
        Doors doors = new Doors(
                new Doors.Ports(0, 0),
                EAST,
                () -> withRoot,
                withSpire ? Optional.of(() -> given) : Optional.empty(),
                store,
                new FakeHandlers(builtIn, TRUST_DOMAIN));
        doors.start();
        open.add(doors);
        return doors;
    }

    /// Machines are slow at times.
    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private static Svid svid(CertificateIssuer issuer, SpiffeId id) {
        return issuer.issue(id, List.of(), Instant.now(), HOUR);
    }

    private ManagedChannel channel(int port, Svid svid) {
        ManagedChannel channel = ControlChannel.mutual("127.0.0.1:" + port, () -> svid, CONTROL);
        open.add(channel::shutdownNow);
        return channel;
    }

    /// Sends a report as an agent does, and says what came of it.
    private Status report(int port, Svid svid) throws Exception {
        CompletableFuture<Status> end = new CompletableFuture<>();
        StreamObserver<NodeReport> out = NodeReportingGrpc.newStub(channel(port, svid))
                .report(new StreamObserver<>() {
                    @Override
                    public void onNext(NodeReportAck ack) {
                        end.complete(Status.OK);
                    }

                    @Override
                    public void onError(Throwable cause) {
                        end.complete(Status.fromThrowable(cause));
                    }

                    @Override
                    public void onCompleted() {}
                });
        out.onNext(NodeReport.getDefaultInstance());
        return end.get(30, TimeUnit.SECONDS);
    }

    private ResourceStore subscribe(int port, Svid svid) {
        ResourceStore known = new ResourceStore();
        AdsClient client = new AdsClient(channel(port, svid), "agent", new StoreFeeder(known, _ -> true));
        open.add(client);
        client.start();
        return known;
    }

    @Test
    void withTheBuiltInIssuerOneDoorIsForAll() throws Exception {
        Doors doors = doors(false);
        int port = doors.ports().grpc();
        assertThat(doors.ports().link()).isEqualTo(port);
        assertThat(report(port, svid(builtIn, NODE)).isOk()).isTrue();
        LinkClient link = new LinkClient(channel(port, svid(builtIn, MEMBER)), WEST, EAST, new ResourceStore(WEST));
        open.add(link);
        patiently().until(link::connected);
        assertThat(doors.streams().open(Kind.MEMBER)).isOne();
    }

    @Test
    void agentsOfSpireComeInAtTheirDoorAndNobodyElse() throws Exception {
        Doors doors = doors(true);
        int port = doors.ports().grpc();
        assertThat(report(port, svid(spire, NODE)).isOk()).isTrue();
        ResourceStore agent = subscribe(port, svid(spire, NODE));
        patiently().until(() -> agent.isComplete(EAST));

        Status another = report(port, svid(spire, new SpiffeId(TRUST_DOMAIN, "/ns/vl3mesh-system/sa/vl3-agent")));
        assertThat(another.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(another.getDescription())
                .contains("spiffe://east.test/ns/vl3mesh-system/sa/vl3-agent")
                .contains("spiffe://east.test/node/<its name>");
        assertThat(report(port, svid(spire, MEMBER)).getCode())
                .as("SPIRE is not asked who is a member")
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        Svid old = svid(builtIn, NODE);
        assertThat(report(port, new Svid(old.key(), old.chain(), List.of(spire.root())))
                        .getCode())
                .as("the built-in issuer is not asked who is an agent")
                .isEqualTo(Status.Code.UNAVAILABLE);
        LinkClient link = new LinkClient(channel(port, svid(spire, MEMBER)), WEST, EAST, new ResourceStore(WEST));
        open.add(link);
        assertThat(doors.streams().open(Kind.PUBLISH)).isZero();
    }

    @Test
    void membersComeInAtTheOtherByTheBuiltInIssuer() throws Exception {
        Doors doors = doors(true);
        int port = doors.ports().link();
        assertThat(port).isNotEqualTo(doors.ports().grpc());
        ManagedChannel pinned = ControlChannel.pinned("127.0.0.1:" + port, Pem.fingerprint(builtIn.root()));
        open.add(pinned::shutdownNow);
        Svid member = new IdentityClient(pinned, RANDOM).redeem("invitation", new byte[16], WEST);
        LinkClient link = new LinkClient(channel(port, member), WEST, EAST, new ResourceStore(WEST));
        open.add(link);
        patiently().until(link::connected);
        assertThat(doors.streams().open(Kind.MEMBER)).isOne();

        assertThat(report(port, svid(builtIn, NODE)).isOk()).isFalse();
        ResourceStore agent = subscribe(port, svid(builtIn, NODE));
        ResourceStore other = subscribe(port, svid(builtIn, SpiffeId.cluster(TRUST_DOMAIN, "north")));
        patiently().until(() -> other.isComplete(EAST));
        assertThat(agent.isComplete(EAST)).as("an agent has another door").isFalse();
        assertThatThrownBy(() -> new IdentityClient(channel(port, svid(builtIn, NODE)), RANDOM).renew())
                .hasMessageContaining("spiffe://east.test/cluster/<its name>");
    }
}
