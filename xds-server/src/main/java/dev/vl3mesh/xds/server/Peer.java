package dev.vl3mesh.xds.server;

import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.SpiffeId;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// Who calls: the SPIFFE id of the client's certificate, which TLS has already checked against the roots.
final class Peer implements ServerInterceptor {
    /// The caller; absent in calls of services that need no certificate.
    static final Context.Key<SpiffeId> ID = Context.key("spiffe-id");

    private final Set<String> open;

    /// @param open names of the services that may be called without a certificate
    Peer(Set<String> open) {
        this.open = Set.copyOf(open);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<SpiffeId> id = idOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        if (id.isPresent()) {
            return Contexts.interceptCall(Context.current().withValue(ID, id.get()), call, headers, next);
        }
        String service = String.valueOf(call.getMethodDescriptor().getServiceName());
        if (open.contains(service)) {
            return next.startCall(call, headers);
        }
        call.close(Status.UNAUTHENTICATED.withDescription(service + " needs a client certificate"), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static Optional<SpiffeId> idOf(@Nullable SSLSession session) {
        if (session == null) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return Optional.of(SpiffeId.of((X509Certificate) chain[0]));
        } catch (SSLPeerUnverifiedException | IdentityException e) {
            return Optional.empty();
        }
    }
}
