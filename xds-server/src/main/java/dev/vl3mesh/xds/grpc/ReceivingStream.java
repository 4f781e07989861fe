package dev.vl3mesh.xds.grpc;

import dev.vl3mesh.xds.stream.DeltaReceiver;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;

/// Binds a [DeltaReceiver] to a gRPC stream of either direction.
public final class ReceivingStream implements StreamObserver<DeltaDiscoveryResponse> {
    private final DeltaReceiver receiver;
    private final CallStreamObserver<DeltaDiscoveryRequest> out;
    private final Runnable onAnswer;
    private final Runnable onEnd;

    /// Answers on a stream whose opening requests were sent.
    ///
    /// @param onAnswer called after each answer
    /// @param onEnd called once, when the stream has ended in whatever way
    public ReceivingStream(
            DeltaReceiver receiver, CallStreamObserver<DeltaDiscoveryRequest> out, Runnable onAnswer, Runnable onEnd) {
        this.receiver = receiver;
        this.out = out;
        this.onAnswer = onAnswer;
        this.onEnd = onEnd;
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
        out.onNext(receiver.onResponse(response));
        onAnswer.run();
    }

    @Override
    public void onError(Throwable cause) {
        onEnd.run();
    }

    @Override
    public void onCompleted() {
        out.onCompleted();
        onEnd.run();
    }
}
