package dev.vl3mesh.spire;

import com.google.protobuf.ByteString;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.Svid;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.spiffe.workloadapi.grpc.SpiffeWorkloadAPIGrpc;
import io.spiffe.workloadapi.grpc.Workload.X509SVID;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDRequest;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// A Workload API on a unix socket: the real protocol, identities as the test wants them.
public final class FakeWorkloadApi implements AutoCloseable {
    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);

    private final Path socket;
    private final List<StreamObserver<X509SVIDResponse>> streams = new ArrayList<>();
    private List<Svid> given = List.of();
    private EventLoopGroup group;
    private Server server;

    /// Listens.
    ///
    /// @param socket does not exist yet
    public FakeWorkloadApi(Path socket) throws IOException {
        this.socket = socket;
        start();
    }

    /// Where it listens, as `SPIFFE_ENDPOINT_SOCKET` says it.
    public String address() {
        return "unix://" + socket;
    }

    /// What streams are told, now and when they open.
    ///
    /// @param svids none: the workload is not known, and streams end
    public synchronized void give(Svid... svids) {
        given = List.of(svids);
        for (StreamObserver<X509SVIDResponse> stream : List.copyOf(streams)) {
            tell(stream);
        }
    }

    /// The number of open streams.
    public synchronized int open() {
        return streams.size();
    }

    /// Ends all streams as one that has nothing more to say.
    public synchronized void completeAll() {
        streams.forEach(StreamObserver::onCompleted);
        streams.clear();
    }

    private void tell(StreamObserver<X509SVIDResponse> stream) {
        if (given.isEmpty()) {
            stream.onError(Status.PERMISSION_DENIED
                    .withDescription("no identity issued")
                    .asRuntimeException());
            streams.remove(stream);
            return;
        }
        X509SVIDResponse.Builder response = X509SVIDResponse.newBuilder();
        for (Svid svid : given) {
            response.addSvids(X509SVID.newBuilder()
                    .setSpiffeId(svid.id().toString())
                    .setX509Svid(ders(svid.chain()))
                    .setX509SvidKey(ByteString.copyFrom(svid.key().getEncoded()))
                    .setBundle(ders(svid.roots())));
        }
        stream.onNext(response.build());
    }

    private static ByteString ders(List<X509Certificate> certificates) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        certificates.forEach(certificate -> bytes.writeBytes(Pem.der(certificate)));
        return ByteString.copyFrom(bytes.toByteArray());
    }

    private final class Service extends SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIImplBase {
        @Override
        public void fetchX509SVID(X509SVIDRequest request, StreamObserver<X509SVIDResponse> out) {
            synchronized (FakeWorkloadApi.this) {
                streams.add(out);
                Context.current()
                        .addListener(
                                _ -> {
                                    synchronized (FakeWorkloadApi.this) {
                                        streams.remove(out);
                                    }
                                },
                                Runnable::run);
                tell(out);
            }
        }
    }

    /// SPIFFE Workload API, 4.1: a request without the header is refused.
    private static final class Guard implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            if (!"true".equals(headers.get(HEADER))) {
                call.close(Status.INVALID_ARGUMENT.withDescription("security header missing"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return Contexts.interceptCall(Context.current(), call, headers, next);
        }
    }

    /// Listens again after [#stop].
    public void start() throws IOException {
        group = new NioEventLoopGroup(1);
        server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .channelType(NioServerDomainSocketChannel.class)
                .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                .intercept(new Guard())
                .addService(new Service())
                .build()
                .start();
    }

    /// Ends as if it had been killed.
    public void stop() throws IOException {
        server.shutdownNow();
        var _ = group.shutdownGracefully();
        synchronized (this) {
            streams.clear();
        }
        Files.deleteIfExists(socket);
    }

    @Override
    public void close() throws IOException {
        stop();
    }
}
