package dev.vl3mesh.xds.server;

import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.identity.SvidTls;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.proto.v1.EnrolmentGrpc;
import dev.vl3mesh.xds.proto.v1.JoiningGrpc;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.util.TransmitStatusRuntimeExceptionInterceptor;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The gRPC server of a control plane: delta ADS for agents and members, and the services beside it. TLS 1.3; a
/// client certificate of the trust domain is
/// asked for, and needed by all services but enrolment and joining.
public final class ControlServer implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 4 << 20;
    private static final int STREAMS_PER_CONNECTION_MAX = 16;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;
    private final StreamCounts streams;

    /// Makes a server for everybody; [#start] opens its port.
    ///
    /// @param address port 0 chooses a free one
    /// @param current the server's identity, asked for at each handshake
    public ControlServer(
            InetSocketAddress address,
            KubeClusterName cluster,
            Supplier<Svid> current,
            ResourceStore store,
            ControlHandlers handlers) {
        this(Door.forAll(address, current), cluster, store, handlers, new StreamCounts());
    }

    /// Makes a server; [#start] opens its port.
    ///
    /// @param streams counts the streams, also those of other servers
    public ControlServer(
            Door door, KubeClusterName cluster, ResourceStore store, ControlHandlers handlers, StreamCounts streams) {
        this.streams = streams;
        String trustDomain = door.current().get().id().trustDomain();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(door.address())
                .sslContext(tls(door.current(), trustDomain))
                .executor(threads)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .maxConcurrentCallsPerConnection(STREAMS_PER_CONNECTION_MAX)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .intercept(TransmitStatusRuntimeExceptionInterceptor.instance())
                .intercept(streams)
                // the last one is asked first: who calls is known to all others
                .intercept(new Peer(Set.of(EnrolmentGrpc.SERVICE_NAME, JoiningGrpc.SERVICE_NAME)));
        new ControlServices(cluster, trustDomain, door.callers(), store, handlers)
                .all()
                .forEach(builder::addService);
        this.server = builder.build();
    }

    private static SslContext tls(Supplier<Svid> current, String trustDomain) {
        try {
            return GrpcSslContexts.configure(
                            SslContextBuilder.forServer(SvidTls.keyManager(current))
                                    .trustManager(SvidTls.trustManager(
                                            () -> current.get().roots(),
                                            id -> id.trustDomain().equals(trustDomain)))
                                    .clientAuth(ClientAuth.OPTIONAL)
                                    .protocols("TLSv1.3"),
                            SslProvider.JDK)
                    .build();
        } catch (IOException e) {
            throw new IllegalStateException("the JDK has TLS 1.3", e);
        }
    }

    /// Opens the port.
    ///
    /// @throws IOException if the port can't be opened
    public ControlServer start() throws IOException {
        server.start();
        return this;
    }

    /// The port that is open.
    public int port() {
        return server.getPort();
    }

    /// Counts of the streams.
    public StreamCounts streams() {
        return streams;
    }

    /// Ends all streams.
    @Override
    public void close() {
        server.shutdownNow();
        threads.close();
    }
}
