package dev.vl3mesh.agent.relay;

import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.identity.SvidTls;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The relay of one domain on this node, on the domain's gateway addresses.
final class DomainRelay implements AutoCloseable {
    /// Where sidecars come, as they come to istiod itself elsewhere.
    static final int PORT = 15_012;

    private static final Logger log = LoggerFactory.getLogger(DomainRelay.class);
    private static final int MESSAGE_BYTES_MAX = 64 << 20;
    private static final int KEEPALIVE_SECONDS = 30;

    private final DomainName domain;
    private final Supplier<List<Upstream>> controlPlanes;
    private final Supplier<IstioMesh> mesh;
    private final RoomSockets sockets;
    private final EventLoopGroup loops;
    private final Executor executor;
    private final ControlCalls calls;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final Map<Upstream, ManagedChannel> upstream = new HashMap<>();
    private @Nullable Server server;
    private volatile @Nullable Svid current;

    /// @param controlPlanes where the ready ones are reached from this node
    DomainRelay(
            DomainName domain,
            Supplier<List<Upstream>> controlPlanes,
            Supplier<IstioMesh> mesh,
            RoomSockets sockets,
            EventLoopGroup loops,
            Executor executor,
            ControlCalls calls,
            RandomGenerator random,
            InstantSource clock) {
        this.domain = domain;
        this.controlPlanes = controlPlanes;
        this.mesh = mesh;
        this.sockets = sockets;
        this.loops = loops;
        this.executor = executor;
        this.calls = calls;
        this.random = random;
        this.clock = clock;
    }

    /// Gets a certificate if it is time, and serves as soon as there is one. Called again and again; may
    /// block.
    ///
    /// @param addresses of the domain's gateway
    void attend(List<InetSocketAddress> addresses) {
        Svid svid = current;
        Instant now = clock.instant();
        try {
            if (svid == null || now.isAfter(svid.renewAt())) {
                current = calls.certify(domain);
            }
            if (server == null) {
                server = start(addresses);
                log.info("{}: sidecars are relayed to the mesh's control plane", domain);
            }
        } catch (StatusRuntimeException | IdentityException | IOException e) {
            log.warn("{}: the mesh's relay: {}; trying again", domain, e.getMessage());
        }
    }

    private Svid identity() {
        Svid svid = current;
        if (svid == null) {
            throw new IllegalStateException("the relay of " + domain + " has no certificate");
        }
        return svid;
    }

    private Server start(List<InetSocketAddress> addresses) throws IOException {
        TokenCache tokens = new TokenCache(own -> calls.exchange(domain, own), clock);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(addresses.getFirst())
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .channelFactory(sockets::server)
                .executor(executor)
                .sslContext(GrpcSslContexts.configure(
                                SslContextBuilder.forServer(SvidTls.keyManager(this::identity)), SslProvider.JDK)
                        .build())
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .fallbackHandlerRegistry(new GrpcRelay(this::onward, tokens::of));
        addresses.stream().skip(1).forEach(builder::addListenAddress);
        return builder.build().start();
    }

    /// The channel to one of the control planes of a revision; sidecars spread over them by chance. While
    /// none of that revision is ready another one serves.
    private synchronized ManagedChannel onward(String revision) {
        List<Upstream> targets = controlPlanes.get();
        if (targets.isEmpty()) {
            throw Status.UNAVAILABLE
                    .withDescription("no control plane of the mesh over " + domain + " is ready")
                    .asRuntimeException();
        }
        upstream.keySet().stream()
                .filter(known -> !targets.contains(known))
                .toList()
                .forEach(gone -> {
                    ManagedChannel channel = upstream.remove(gone);
                    if (channel != null) {
                        channel.shutdown();
                    }
                });
        IstioMesh known = mesh.get();
        String wanted = known.canary()
                .filter(canary -> canary.revision().equals(revision))
                .flatMap(_ -> known.canaryControlPlane())
                .orElseGet(known::controlPlane);
        List<Upstream> right =
                targets.stream().filter(one -> one.name().equals(wanted)).toList();
        List<Upstream> choice = right.isEmpty() ? targets : right;
        return upstream.computeIfAbsent(choice.get(random.nextInt(choice.size())), this::open);
    }

    private ManagedChannel open(Upstream target) {
        try {
            return NettyChannelBuilder.forAddress(target.address())
                    .eventLoopGroup(loops)
                    .channelFactory(sockets::client)
                    .executor(executor)
                    .overrideAuthority(target.name() + "." + mesh.get().namespace() + ".svc")
                    .sslContext(GrpcSslContexts.configure(
                                    SslContextBuilder.forClient()
                                            .trustManager(identity().roots()),
                                    SslProvider.JDK)
                            .build())
                    .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                    .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                    .build();
        } catch (IOException e) {
            throw new IllegalStateException("the JDK has TLS", e);
        }
    }

    @Override
    public synchronized void close() {
        Server serving = server;
        if (serving != null) {
            serving.shutdownNow();
        }
        upstream.values().forEach(ManagedChannel::shutdownNow);
        upstream.clear();
    }
}
