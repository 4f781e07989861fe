package dev.vl3mesh.xds.grpc;

import io.grpc.stub.ServerCallStreamObserver;

/// Takes the next message of a call only when the answer to the last one has left, so that a peer who sends and never
/// reads fills its own buffers and not ours. To be made before the service's method returns.
public final class OneByOne {
    private final ServerCallStreamObserver<?> call;
    private boolean mayAsk = true;

    /// Takes over the call's flow.
    public OneByOne(ServerCallStreamObserver<?> call) {
        this.call = call;
        call.disableAutoRequest();
        call.setOnReadyHandler(this::ask);
    }

    /// The last message has its answer.
    public synchronized void answered() {
        mayAsk = true;
        ask();
    }

    private synchronized void ask() {
        if (mayAsk && call.isReady()) {
            mayAsk = false;
            call.request(1);
        }
    }
}
