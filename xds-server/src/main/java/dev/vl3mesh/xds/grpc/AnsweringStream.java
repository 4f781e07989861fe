package dev.vl3mesh.xds.grpc;

import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/// A stream, of either direction, on which one side asks and the other answers when it has something to say.
/// Nothing is handed to gRPC that the receiver can't take. Its parts are called by one thread at a time.
///
/// @param <Q> what is asked
/// @param <A> what is answered
public abstract class AnsweringStream<Q, A> implements StreamObserver<Q> {
    private final CallStreamObserver<A> out;
    private boolean ended;

    /// The caller must wire [#drain] to the stream's readiness.
    protected AnsweringStream(CallStreamObserver<A> out) {
        this.out = out;
    }

    /// Takes a request.
    ///
    /// @throws IllegalArgumentException if it breaks the protocol; the stream ends with the reason
    protected abstract void take(Q request);

    /// What to send next; nothing until something changes or is acknowledged.
    protected abstract Optional<A> poll();

    /// The stream has ended.
    protected abstract void forget();

    /// Sends as much as the receiver takes.
    public final synchronized void drain() {
        while (!ended && out.isReady()) {
            Optional<A> answer = poll();
            if (answer.isEmpty()) {
                return;
            }
            out.onNext(answer.get());
        }
    }

    @Override
    public final void onNext(Q request) {
        synchronized (this) {
            if (ended) {
                return; // it was under way when the stream was ended
            }
            try {
                take(request);
            } catch (IllegalArgumentException e) {
                end();
                out.onError(Refusals.invalid(e.getMessage()));
                return;
            }
        }
        drain();
    }

    @Override
    public final void onError(Throwable cause) {
        end();
    }

    @Override
    public final void onCompleted() {
        synchronized (this) {
            if (!ended) {
                end();
                out.onCompleted();
            }
        }
    }

    /// Forgets the stream, from either side.
    public final synchronized void end() {
        ended = true;
        forget();
    }
}
