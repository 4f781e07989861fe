package dev.vl3mesh.xds.server;

import dev.vl3mesh.xds.proto.v1.LinkingGrpc;
import dev.vl3mesh.xds.proto.v1.NodeReportingGrpc;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// Counts the streams of a server, and the responses that were refused on them. Safe for threads.
public final class StreamCounts implements ServerInterceptor {
    /// What a stream is for.
    public enum Kind {
        /// Tells an agent what concerns its node.
        AGENT,
        /// Tells a member what the home knows.
        MEMBER,
        /// Brings the reports of an agent.
        REPORT,
        /// Brings what a member publishes; what is refused on it, this side has refused.
        PUBLISH
    }

    private final Map<Kind, LongAdder> open = adders();
    private final Map<Kind, LongAdder> refused = adders();

    /// Starts with no stream.
    public StreamCounts() {}

    private static Map<Kind, LongAdder> adders() {
        Map<Kind, LongAdder> adders = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            adders.put(kind, new LongAdder());
        }
        return adders;
    }

    private static LongAdder of(Map<Kind, LongAdder> adders, Kind kind) {
        return Objects.requireNonNull(adders.get(kind));
    }

    /// The number of streams that are open.
    public long open(Kind kind) {
        return of(open, kind).sum();
    }

    /// The number of responses (NACK) that were refused since the start.
    public long refused(Kind kind) {
        return of(refused, kind).sum();
    }

    private static Optional<Kind> kind(String method) {
        if (method.equals(AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod()
                .getFullMethodName())) {
            return Optional.of(Peer.ID.get().isKind("cluster") ? Kind.MEMBER : Kind.AGENT);
        }
        if (method.equals(NodeReportingGrpc.getReportMethod().getFullMethodName())) {
            return Optional.of(Kind.REPORT);
        }
        return method.equals(LinkingGrpc.getPublishMethod().getFullMethodName())
                ? Optional.of(Kind.PUBLISH)
                : Optional.empty();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<Kind> kind = kind(call.getMethodDescriptor().getFullMethodName());
        return kind.isEmpty() ? next.startCall(call, headers) : counted(kind.get(), call, headers, next);
    }

    private <Q, A> ServerCall.Listener<Q> counted(
            Kind kind, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        of(open, kind).increment();
        AtomicBoolean ended = new AtomicBoolean();
        Runnable end = () -> {
            if (ended.compareAndSet(false, true)) {
                of(open, kind).decrement();
            }
        };
        var answers = new SimpleForwardingServerCall<Q, A>(call) {
            @Override
            public void sendMessage(A message) {
                look(kind, message);
                super.sendMessage(message);
            }
        };
        ServerCall.Listener<Q> started;
        try {
            started = next.startCall(answers, headers);
        } catch (RuntimeException e) {
            end.run(); // nobody else will
            throw e;
        }
        return new SimpleForwardingServerCallListener<>(started) {
            @Override
            public void onMessage(Q message) {
                look(kind, message);
                super.onMessage(message);
            }

            @Override
            public void onCancel() {
                end.run();
                super.onCancel();
            }

            @Override
            public void onComplete() {
                end.run();
                super.onComplete();
            }
        };
    }

    /// Requests go to the sender of resources, whichever side of the call that is.
    private void look(Kind kind, Object message) {
        if (message instanceof DeltaDiscoveryRequest request && request.hasErrorDetail()) {
            of(refused, kind).increment();
        }
    }
}
