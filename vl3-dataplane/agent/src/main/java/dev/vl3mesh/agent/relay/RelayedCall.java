package dev.vl3mesh.agent.relay;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/// One call in two halves: what comes in on one goes out on the other.
final class RelayedCall {
    private final ServerCall<byte[], byte[]> server;
    private final ClientCall<byte[], byte[]> client;
    /// Whether a message waits to be asked for until the other side can take more.
    private boolean requestHeld;

    private boolean answerHeld;

    RelayedCall(ServerCall<byte[], byte[]> server, ClientCall<byte[], byte[]> client) {
        this.server = server;
        this.client = client;
    }

    /// Asks both sides for their first messages; the client's half must have been started.
    void begin() {
        server.request(1);
        client.request(1);
    }

    /// What the sidecar sends.
    ServerCall.Listener<byte[]> requests() {
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] message) {
                client.sendMessage(message);
                synchronized (RelayedCall.this) {
                    if (client.isReady()) {
                        server.request(1);
                    } else {
                        requestHeld = true;
                    }
                }
            }

            @Override
            public void onHalfClose() {
                client.halfClose();
            }

            @Override
            public void onCancel() {
                client.cancel("the sidecar has gone", null);
            }

            @Override
            public void onReady() {
                synchronized (RelayedCall.this) {
                    if (answerHeld) {
                        answerHeld = false;
                        client.request(1);
                    }
                }
            }
        };
    }

    /// What the control plane sends.
    ClientCall.Listener<byte[]> answers() {
        return new ClientCall.Listener<>() {
            @Override
            public void onHeaders(Metadata headers) {
                server.sendHeaders(headers);
            }

            @Override
            public void onMessage(byte[] message) {
                server.sendMessage(message);
                synchronized (RelayedCall.this) {
                    if (server.isReady()) {
                        client.request(1);
                    } else {
                        answerHeld = true;
                    }
                }
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                server.close(status, trailers);
            }

            @Override
            public void onReady() {
                synchronized (RelayedCall.this) {
                    if (requestHeld) {
                        requestHeld = false;
                        server.request(1);
                    }
                }
            }
        };
    }
}
