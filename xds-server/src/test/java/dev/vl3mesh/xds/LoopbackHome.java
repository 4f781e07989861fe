package dev.vl3mesh.xds;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.client.AdsClient;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.client.IdentityClient;
import dev.vl3mesh.xds.server.ControlServer;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A home over real TLS on loopback, and who talks to it.
abstract class LoopbackHome {
    static final SecureRandom RANDOM = new SecureRandom();
    static final String TRUST_DOMAIN = "east.test";
    static final KubeClusterName EAST = new KubeClusterName("east");
    static final KubeClusterName WEST = new KubeClusterName("west");
    static final DomainName RED = new DomainName("red");

    final CertificateIssuer issuer =
            CertificateIssuer.newRoot(TRUST_DOMAIN, Instant.now(), Duration.ofHours(1), RANDOM);
    final FakeHandlers handlers = new FakeHandlers(issuer, TRUST_DOMAIN);
    final ResourceStore home = new ResourceStore(EAST);
    final List<AutoCloseable> open = new ArrayList<>();
    String address = "";

    @BeforeEach
    void start() throws IOException {
        Svid svid = issuer.issue(SpiffeId.control(TRUST_DOMAIN), List.of(), Instant.now(), Duration.ofHours(1));
        Svid withRoot = new Svid(svid.key(), List.of(svid.chain().getFirst(), issuer.root()), svid.roots());
        ControlServer server = new ControlServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        EAST,
                        () -> withRoot,
                        home,
                        handlers)
                .start();
        address = "127.0.0.1:" + server.port();
        open.add(server);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    final ManagedChannel closing(ManagedChannel channel) {
        open.add(channel::shutdownNow);
        return channel;
    }

    static DomainResource domain(KubeClusterName home, DomainName name) {
        return new DomainResource(home, name, List.of(IpPrefix.parse("172.16.0.0/16")), 5, 0, 0, Carrier.VXLAN);
    }

    static AttachmentResource attachment(KubeClusterName origin, String node, String address) {
        return new AttachmentResource(
                origin,
                RED,
                List.of(IpAddress.parse(address)),
                new NodeName(node),
                "prod",
                "p",
                Optional.of("uid-" + address),
                "default",
                true);
    }

    final void publish(ResourceStore store, KubeClusterName origin, MeshResource... resources) {
        store.apply(origin, new SnapshotDelta(List.of(resources), Set.of()));
    }

    final Svid enrol(String node) {
        ManagedChannel anonymous = closing(
                ControlChannel.anonymous(address, () -> List.of(issuer.root()), SpiffeId.control(TRUST_DOMAIN)));
        return new IdentityClient(anonymous, RANDOM).enrol("node:" + node);
    }

    final ResourceStore agent(Svid svid) {
        ResourceStore store = new ResourceStore();
        AdsClient client = new AdsClient(
                closing(ControlChannel.mutual(address, () -> svid, SpiffeId.control(TRUST_DOMAIN))),
                "agent",
                new StoreFeeder(store, _ -> true));
        open.add(client);
        client.start();
        return store;
    }
}
