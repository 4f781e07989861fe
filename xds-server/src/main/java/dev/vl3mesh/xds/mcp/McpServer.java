package dev.vl3mesh.xds.mcp;

import dev.vl3mesh.xds.grpc.AnsweringStream;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Serves a snapshot, and each that follows it, to whoever reaches the port: without TLS or any identity, so
/// only for a loopback address that the receiver alone shares.
public final class McpServer implements AutoCloseable {
    private static final int KEEPALIVE_SECONDS_MIN = 10;

    private final Server server;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile @Nullable McpSnapshot snapshot;

    /// Binds; [#start] serves.
    public McpServer(InetSocketAddress address) {
        this.server = NettyServerBuilder.forAddress(address)
                .addService(new Discovery())
                // istiod pings every 30 s, and whether it has a call or not
                .permitKeepAliveTime(KEEPALIVE_SECONDS_MIN, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .build();
    }

    /// Serves; streams wait until something is published.
    ///
    /// @throws IOException if the port is taken
    public McpServer start() throws IOException {
        server.start();
        return this;
    }

    /// The port, where it was given as 0.
    public int port() {
        return server.getPort();
    }

    /// Replaces all that is published.
    public void publish(McpSnapshot next) {
        snapshot = next;
        connections.forEach(Connection::drain);
    }

    /// The number of open streams.
    public int streams() {
        return connections.size();
    }

    /// Whether there is a stream, and each has all that is published.
    public boolean synced() {
        return !connections.isEmpty() && connections.stream().allMatch(Connection::idle);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Discovery extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> out) {
            var call = (ServerCallStreamObserver<DiscoveryResponse>) out;
            Connection connection = new Connection(call);
            call.setOnReadyHandler(connection::drain);
            call.setOnCancelHandler(connection::end);
            connections.add(connection);
            return connection;
        }
    }

    private final class Connection extends AnsweringStream<DiscoveryRequest, DiscoveryResponse> {
        private final McpStream stream = new McpStream();

        Connection(ServerCallStreamObserver<DiscoveryResponse> out) {
            super(out);
        }

        @Override
        protected void take(DiscoveryRequest request) {
            stream.onRequest(request);
        }

        @Override
        protected Optional<DiscoveryResponse> poll() {
            McpSnapshot now = snapshot;
            return now == null ? Optional.empty() : stream.poll(now);
        }

        @Override
        protected void forget() {
            connections.remove(this);
        }

        synchronized boolean idle() {
            McpSnapshot now = snapshot;
            return now != null && stream.idle(now);
        }
    }
}
