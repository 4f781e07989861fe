package dev.vl3mesh.spire;

import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.spiffe.workloadapi.grpc.SpiffeWorkloadAPIGrpc;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDRequest;
import io.spiffe.workloadapi.grpc.Workload.X509SVIDResponse;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This workload's X.509-SVID and the roots of its trust domain, as the Workload API last gave them. Follows the API
/// for ever: it may be away, restart, or not know this workload yet; what was given stays until there is something
/// newer. Owns a thread.
public final class WorkloadIdentity implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkloadIdentity.class);
    private static final Duration RETRY_MIN = Duration.ofMillis(250);
    private static final Duration RETRY_MAX = Duration.ofSeconds(10);

    private final WorkloadEndpoint endpoint;
    private final SpiffeId expected;
    private final EventLoopGroup network = new NioEventLoopGroup(1, new DefaultThreadFactory("vl3-workload-api", true));
    private final ManagedChannel channel;
    private final AtomicReference<@Nullable Svid> current = new AtomicReference<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean heard;
    private volatile String problem = "";

    /// Starts to follow.
    ///
    /// @param expected who this workload has to be: no other identity is taken
    public WorkloadIdentity(WorkloadEndpoint endpoint, SpiffeId expected) {
        this.endpoint = endpoint;
        this.expected = expected;
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(endpoint.socket()))
                .eventLoopGroup(network)
                .channelType(NioDomainSocketChannel.class)
                // gRPC asks for it always, a unix socket knows no such option, and netty would warn
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .overrideAuthority("localhost")
                .directExecutor()
                .usePlaintext()
                .build();
        this.thread = Thread.ofPlatform().name("vl3-spire").daemon().start(this::run);
    }

    /// The identity to show at the next handshake.
    ///
    /// @throws IllegalStateException before there is one, see [#await]
    public Svid current() {
        Svid svid = current.get();
        if (svid == null) {
            throw new IllegalStateException(endpoint + " has not given " + expected + " yet");
        }
        return svid;
    }

    /// Waits for the first identity, however long that takes, and returns the present one.
    public Svid await() throws InterruptedException {
        first.await();
        return current();
    }

    /// Why there is nothing newer than [#current]; empty while the API is heard.
    public String problem() {
        return problem;
    }

    private void run() {
        Duration pause = RETRY_MIN;
        try {
            while (stopping.getCount() > 0) {
                heard = false;
                channel.resetConnectBackoff(); // the pause is made here
                follow().await();
                pause = heard ? RETRY_MIN : longer(pause);
                if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: stopped", endpoint);
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(RETRY_MAX) < 0 ? twice : RETRY_MAX;
    }

    /// Opens the stream of updates, and returns what counts down when it has ended.
    private CountDownLatch follow() {
        // SPIFFE Workload API, 4.1: protects from requests that somebody else makes the workload send
        Metadata header = new Metadata();
        header.put(Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER), "true");
        CountDownLatch ended = new CountDownLatch(1);
        SpiffeWorkloadAPIGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header))
                .fetchX509SVID(X509SVIDRequest.getDefaultInstance(), new Updates(ended));
        return ended;
    }

    private final class Updates implements StreamObserver<X509SVIDResponse> {
        private final CountDownLatch ended;

        Updates(CountDownLatch ended) {
            this.ended = ended;
        }

        @Override
        public void onNext(X509SVIDResponse response) {
            try {
                take(SvidChoice.of(response, expected));
                heard = true;
                problem = "";
            } catch (IdentityException e) {
                report(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void onError(Throwable cause) {
            Status status = Status.fromThrowable(cause);
            // SPIFFE Workload API, 4.1.1: what is said to a workload that has no identity
            boolean unknown = status.getCode() == Status.Code.PERMISSION_DENIED;
            report(why(status)
                    + (unknown ? ": no registration entry is for this workload, which has to be " + expected : ""));
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
        }
    }

    private static String why(Status status) {
        Throwable cause = status.getCause();
        String reason = cause != null && status.getCode() == Status.Code.UNAVAILABLE
                ? String.valueOf(cause.getMessage())
                : String.valueOf(status.getDescription());
        return status.getCode() + ": " + reason;
    }

    private void take(Svid svid) {
        Svid old = current.getAndSet(svid);
        if (old == null || !old.chain().equals(svid.chain())) {
            LOG.info("{}: this is {}", endpoint, svid);
        }
        first.countDown();
    }

    /// Says it once, however often it happens in a row.
    private void report(String what) {
        if (!what.equals(problem) && stopping.getCount() > 0) {
            LOG.warn("{}: {}; trying again", endpoint, what);
        }
        problem = what;
    }

    /// Stops to follow.
    @Override
    public void close() {
        stopping.countDown();
        channel.shutdownNow();
        thread.interrupt();
        var _ = network.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
