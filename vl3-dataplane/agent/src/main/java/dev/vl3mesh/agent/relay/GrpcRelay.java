package dev.vl3mesh.agent.relay;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Passes calls on to a mesh's control plane, message by message and unread, under another token than they
/// came with. Only those calls that a sidecar makes. A message is taken from one side when the other has
/// taken the last.
final class GrpcRelay extends HandlerRegistry {
    /// Discovery, and certificates.
    private static final Set<String> METHODS = Set.of(
            "envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
            "envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources",
            "istio.v1.auth.IstioCertificateService/CreateCertificate");

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    /// By it istiod would choose an API server to ask about the token.
    private static final Metadata.Key<String> CLUSTER_ID =
            Metadata.Key.of("clusterid", Metadata.ASCII_STRING_MARSHALLER);

    /// Which revision the sidecar wants; as admission has it from the pod's label.
    private static final Metadata.Key<String> REVISION =
            Metadata.Key.of("domain_revision", Metadata.ASCII_STRING_MARSHALLER);

    private static final String BEARER = "Bearer ";

    private final Function<String, Channel> upstream;
    private final Function<String, String> exchange;

    /// @param upstream the channel to a control plane of a revision, which may be empty
    /// @param exchange the domain's token for a pod's own; may block, and throws a StatusRuntimeException
    GrpcRelay(Function<String, Channel> upstream, Function<String, String> exchange) {
        this.upstream = upstream;
        this.exchange = exchange;
    }

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
        if (!METHODS.contains(name)) {
            return null;
        }
        MethodDescriptor<byte[], byte[]> method = MethodDescriptor.newBuilder(BYTES, BYTES)
                .setFullMethodName(name)
                .setType(MethodDescriptor.MethodType.UNKNOWN)
                .build();
        return ServerMethodDefinition.create(method, new Handler());
    }

    private final class Handler implements ServerCallHandler<byte[], byte[]> {
        @Override
        public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata headers) {
            try {
                String shown = headers.get(AUTHORIZATION);
                if (shown == null || !shown.startsWith(BEARER)) {
                    throw Status.UNAUTHENTICATED
                            .withDescription("a token is needed")
                            .asRuntimeException();
                }
                String token = exchange.apply(shown.substring(BEARER.length()));
                String revision = Objects.requireNonNullElse(headers.get(REVISION), "");
                headers.discardAll(REVISION);
                headers.discardAll(CLUSTER_ID);
                headers.discardAll(AUTHORIZATION);
                headers.put(AUTHORIZATION, BEARER + token);
                ClientCall<byte[], byte[]> onward =
                        upstream.apply(revision).newCall(call.getMethodDescriptor(), CallOptions.DEFAULT);
                RelayedCall relayed = new RelayedCall(call, onward);
                onward.start(relayed.answers(), headers);
                relayed.begin();
                return relayed.requests();
            } catch (StatusRuntimeException e) {
                call.close(e.getStatus(), new Metadata());
                return new ServerCall.Listener<>() {};
            }
        }
    }
}
