package dev.vl3mesh.xds.grpc;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.stream.DeltaSender;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.stub.CallStreamObserver;
import java.util.Collection;
import java.util.Optional;

/// Binds a [DeltaSender] to a gRPC stream of either direction: what waits are keys.
public final class SendingStream extends AnsweringStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>
        implements ResourceStore.Listener {
    private final ResourceStore store;
    private final DeltaSender sender;

    /// Starts listening to the store; the caller must wire [#drain] to the stream's readiness.
    public SendingStream(ResourceStore store, DeltaSender sender, CallStreamObserver<DeltaDiscoveryResponse> out) {
        super(out);
        this.store = store;
        this.sender = sender;
        store.listen(this);
    }

    @Override
    protected void take(DeltaDiscoveryRequest request) {
        sender.onRequest(request);
    }

    @Override
    protected Optional<DeltaDiscoveryResponse> poll() {
        return sender.poll();
    }

    @Override
    protected void forget() {
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
