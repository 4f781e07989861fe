package dev.vl3mesh.xds.grpc;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.stream.DeltaSender;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.Optional;

/// Binds a [DeltaSender] to a gRPC stream of either direction. Nothing is handed to gRPC that the receiver can't
/// take: what waits are keys.
public final class SendingStream implements StreamObserver<DeltaDiscoveryRequest>, ResourceStore.Listener {
    private final ResourceStore store;
    private final DeltaSender sender;
    private final CallStreamObserver<DeltaDiscoveryResponse> out;
    private boolean ended;

    /// Starts listening to the store; the caller must wire [#drain] to the stream's readiness.
    public SendingStream(ResourceStore store, DeltaSender sender, CallStreamObserver<DeltaDiscoveryResponse> out) {
        this.store = store;
        this.sender = sender;
        this.out = out;
        store.listen(this);
    }

    /// Sends as much as the receiver takes.
    public synchronized void drain() {
        while (!ended && out.isReady()) {
            Optional<DeltaDiscoveryResponse> response = sender.poll();
            if (response.isEmpty()) {
                return;
            }
            out.onNext(response.get());
        }
    }

    @Override
    public void onNext(DeltaDiscoveryRequest request) {
        synchronized (this) {
            if (ended) {
                return; // it was under way when the stream was ended
            }
            try {
                sender.onRequest(request);
            } catch (IllegalArgumentException e) {
                end();
                out.onError(Refusals.invalid(e.getMessage()));
                return;
            }
        }
        drain();
    }

    @Override
    public void onError(Throwable cause) {
        end();
    }

    @Override
    public void onCompleted() {
        synchronized (this) {
            if (!ended) {
                end();
                out.onCompleted();
            }
        }
    }

    private synchronized void end() {
        ended = true;
        store.forget(this);
    }

    @Override
    public void changed(Collection<ResourceKey> keys) {
        synchronized (this) {
            sender.onChange(keys);
        }
        drain();
    }

    @Override
    public void completed(KubeClusterName origin) {
        drain();
    }
}
