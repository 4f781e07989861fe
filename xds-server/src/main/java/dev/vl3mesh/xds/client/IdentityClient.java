package dev.vl3mesh.xds.client;

import com.google.protobuf.ByteString;
import dev.vl3mesh.identity.CertificateRequest;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.xds.proto.v1.EnrolRequest;
import dev.vl3mesh.xds.proto.v1.EnrolResponse;
import dev.vl3mesh.xds.proto.v1.EnrolmentGrpc;
import dev.vl3mesh.xds.proto.v1.JoiningGrpc;
import dev.vl3mesh.xds.proto.v1.LinkingGrpc;
import dev.vl3mesh.xds.proto.v1.RedeemRequest;
import dev.vl3mesh.xds.proto.v1.RedeemResponse;
import dev.vl3mesh.xds.proto.v1.RenewRequest;
import io.grpc.Channel;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Gets identities from a control plane. Keys are made here and never leave. Blocks for at most ten seconds, and
/// throws gRPC's
/// `StatusRuntimeException` with the control plane's reason.
public final class IdentityClient {
    private static final long TIMEOUT_SECONDS = 10;

    private final Channel channel;
    private final SecureRandom random;

    /// Uses a channel of [ControlChannel], which stays the caller's.
    public IdentityClient(Channel channel, SecureRandom random) {
        this.channel = channel;
        this.random = random;
    }

    /// Enrols an agent by its projected token.
    public Svid enrol(String token) {
        CertificateRequest request = CertificateRequest.make(random);
        EnrolResponse response = EnrolmentGrpc.newBlockingStub(channel)
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .enrol(EnrolRequest.newBuilder()
                        .setToken(token)
                        .setCsr(ByteString.copyFrom(request.der()))
                        .build());
        return svid(request, response.getCertificateChainList(), response.getRootsList());
    }

    /// Redeems an invitation.
    public Svid redeem(String invitation, byte[] secret, KubeClusterName cluster) {
        CertificateRequest request = CertificateRequest.make(random);
        RedeemResponse response = JoiningGrpc.newBlockingStub(channel)
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .redeem(RedeemRequest.newBuilder()
                        .setInvitation(invitation)
                        .setSecret(ByteString.copyFrom(secret))
                        .setCluster(cluster.value())
                        .setCsr(ByteString.copyFrom(request.der()))
                        .build());
        return svid(request, response.getCertificateChainList(), response.getRootsList());
    }

    /// Renews a member's identity, over a channel that shows the old one.
    public Svid renew() {
        CertificateRequest request = CertificateRequest.make(random);
        RedeemResponse response = LinkingGrpc.newBlockingStub(channel)
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .renew(RenewRequest.newBuilder()
                        .setCsr(ByteString.copyFrom(request.der()))
                        .build());
        return svid(request, response.getCertificateChainList(), response.getRootsList());
    }

    private static Svid svid(CertificateRequest request, List<ByteString> chain, List<ByteString> roots) {
        return new Svid(request.keys().getPrivate(), certificates(chain), certificates(roots));
    }

    private static List<X509Certificate> certificates(List<ByteString> ders) {
        return ders.stream().map(der -> Pem.certificate(der.toByteArray())).toList();
    }
}
