package dev.vl3mesh.agent.relay;

import com.google.protobuf.ByteString;
import dev.vl3mesh.identity.CertificateRequest;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.xds.proto.v1.ExchangeRequest;
import dev.vl3mesh.xds.proto.v1.ExchangeResponse;
import dev.vl3mesh.xds.proto.v1.RelayRequest;
import dev.vl3mesh.xds.proto.v1.RelayResponse;
import dev.vl3mesh.xds.proto.v1.RelayingGrpc;
import dev.vl3mesh.xds.proto.v1.RelayingGrpc.RelayingBlockingStub;
import io.grpc.Channel;
import io.grpc.Status;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What relays ask of this cluster's control plane. Blocks for at most ten seconds, and throws gRPC's
/// `StatusRuntimeException` with the control plane's reason.
final class ControlCalls {
    private static final long CALL_SECONDS = 10;

    private final Supplier<Optional<Channel>> control;
    private final SecureRandom random = new SecureRandom();

    /// @param control the channel to the control plane, once there is one
    ControlCalls(Supplier<Optional<Channel>> control) {
        this.control = control;
    }

    /// A token of a domain.
    record DomainToken(String token, Instant expires) {}

    private RelayingBlockingStub stub() {
        Channel channel = control.get()
                .orElseThrow(() -> Status.UNAVAILABLE
                        .withDescription("the agent has not reached its control plane yet")
                        .asRuntimeException());
        return RelayingGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /// Gets the certificate of a domain's relay on this node.
    Svid certify(DomainName domain) {
        CertificateRequest request = CertificateRequest.make(random);
        RelayResponse response = stub().certify(RelayRequest.newBuilder()
                .setDomain(domain.value())
                .setCsr(ByteString.copyFrom(request.der()))
                .build());
        List<X509Certificate> chain = response.getCertificateChainList().stream()
                .map(der -> Pem.certificate(der.toByteArray()))
                .toList();
        return new Svid(request.keys().getPrivate(), chain, List.of(chain.getLast()));
    }

    /// Takes a pod's own token for one of the domain.
    DomainToken exchange(DomainName domain, String token) {
        ExchangeResponse response = stub().exchange(ExchangeRequest.newBuilder()
                .setDomain(domain.value())
                .setToken(token)
                .build());
        return new DomainToken(response.getToken(), Instant.ofEpochSecond(response.getExpiresAt()));
    }
}
