package dev.vl3mesh.xds.client;

import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.grpc.ReceivingStream;
import dev.vl3mesh.xds.stream.DeltaReceiver;
import dev.vl3mesh.xds.stream.ResourceListener;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Channel;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// Subscribes to all kinds at a control plane, for ever: reconnects, and asks only for what changed meanwhile.
///
/// ```java
/// ManagedChannel channel = ControlChannel.mutual(address, svid::get, SpiffeId.control(trustDomain));
/// AdsClient client = new AdsClient(channel, "east-1", listener);   // listener: one call at a time, in order
/// client.restore(ResourceKind.ATTACHMENT, namesAndVersionsOnDisk); // before start
/// client.start();
/// ```
public final class AdsClient implements AutoCloseable {
    private final Channel channel;
    private final DeltaReceiver receiver;
    private final AtomicLong connections = new AtomicLong();
    private volatile boolean connected;
    private volatile StreamWorker worker;

    /// Makes a client; [#start] connects.
    @SuppressWarnings("NullAway") // the worker is there between start and close
    public AdsClient(Channel channel, String nodeId, ResourceListener listener) {
        this.channel = channel;
        this.receiver = new DeltaReceiver(nodeId, listener);
    }

    /// Takes what was kept from an earlier life; only before [#start].
    public void restore(ResourceKind kind, Map<String, String> known) {
        receiver.restore(kind, known);
    }

    /// The wire names and versions of what is known; call it from the listener only.
    public Map<String, String> known(ResourceKind kind) {
        return receiver.known(kind);
    }

    /// Connects, and stays connected.
    public void start() {
        worker = new StreamWorker("ads-client", this::open);
    }

    /// Whether a stream is open.
    public boolean connected() {
        return connected;
    }

    /// How often a stream has opened.
    public long connections() {
        return connections.get();
    }

    private CountDownLatch open() {
        CountDownLatch ended = new CountDownLatch(1);
        var stub = AggregatedDiscoveryServiceGrpc.newStub(channel);
        stub.deltaAggregatedResources(new Responses(ended));
        return ended;
    }

    private final class Responses implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
        private final CountDownLatch ended;
        private ReceivingStream stream;

        @SuppressWarnings("NullAway") // gRPC calls beforeStart first
        Responses(CountDownLatch ended) {
            this.ended = ended;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> out) {
            stream = new ReceivingStream(receiver, (CallStreamObserver<DeltaDiscoveryRequest>) out, () -> {}, () -> {
                connected = false;
                ended.countDown();
            });
            out.setOnReadyHandler(new Runnable() {
                private boolean opened;

                @Override
                public void run() {
                    if (!opened) {
                        opened = true;
                        connected = true;
                        connections.incrementAndGet();
                        receiver.open().forEach(out::onNext);
                    }
                }
            });
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            stream.onNext(response);
        }

        @Override
        public void onError(Throwable cause) {
            stream.onError(cause);
        }

        @Override
        public void onCompleted() {
            stream.onCompleted();
        }
    }

    @Override
    public void close() {
        if (worker != null) {
            worker.close();
        }
    }
}
