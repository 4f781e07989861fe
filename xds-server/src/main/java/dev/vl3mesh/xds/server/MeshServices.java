package dev.vl3mesh.xds.server;

import com.google.protobuf.ByteString;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.xds.encode.ConfigCodec;
import dev.vl3mesh.xds.proto.v1.CertifyRequest;
import dev.vl3mesh.xds.proto.v1.CertifyResponse;
import dev.vl3mesh.xds.proto.v1.ExchangeRequest;
import dev.vl3mesh.xds.proto.v1.ExchangeResponse;
import dev.vl3mesh.xds.proto.v1.JudgeRequest;
import dev.vl3mesh.xds.proto.v1.JudgeResponse;
import dev.vl3mesh.xds.proto.v1.MeshLinkingGrpc;
import dev.vl3mesh.xds.proto.v1.MeshServingGrpc;
import dev.vl3mesh.xds.proto.v1.RelayRequest;
import dev.vl3mesh.xds.proto.v1.RelayResponse;
import dev.vl3mesh.xds.proto.v1.RelayingGrpc;
import dev.vl3mesh.xds.proto.v1.SignRequest;
import dev.vl3mesh.xds.server.MeshHandlers.DomainToken;
import dev.vl3mesh.xds.server.MeshHandlers.MeshTrust;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.util.List;

/// What a control plane serves for the meshes of domains.
final class MeshServices {
    private final ControlServices callers;
    private final MeshHandlers handlers;

    /// @param callers knows who calls
    MeshServices(ControlServices callers, MeshHandlers handlers) {
        this.callers = callers;
        this.handlers = handlers;
    }

    /// For this cluster's own publishers and agents.
    List<BindableService> forNodes() {
        return List.of(new Serving(), new Relaying());
    }

    /// For other clusters' control planes.
    List<BindableService> forClusters() {
        return List.of(new Linking());
    }

    private static RelayResponse response(List<X509Certificate> chain) {
        return RelayResponse.newBuilder()
                .addAllCertificateChain(ControlServices.ders(chain))
                .build();
    }

    private static ExchangeResponse response(DomainToken token) {
        return ExchangeResponse.newBuilder()
                .setToken(token.token())
                .setExpiresAt(token.expires().getEpochSecond())
                .build();
    }

    private static byte[] csr(ByteString bytes) {
        return bytes.toByteArray();
    }

    private final class Serving extends MeshServingGrpc.MeshServingImplBase {
        @Override
        public void certify(CertifyRequest request, StreamObserver<CertifyResponse> out) {
            DomainName domain = callers.callingPublisher();
            ControlServices.answer(out, () -> {
                MeshTrust trust = handlers.certifyMesh(domain, csr(request.getCsr()));
                return CertifyResponse.newBuilder()
                        .addAllCertificateChain(ControlServices.ders(trust.chain()))
                        .setKeys(trust.keys())
                        .build();
            });
        }

        @Override
        public void judge(JudgeRequest request, StreamObserver<JudgeResponse> out) {
            DomainName domain = callers.callingPublisher();
            ControlServices.answer(out, () -> {
                handlers.judge(
                        domain,
                        request.getVerdictsList().stream()
                                .map(ConfigCodec::decode)
                                .toList());
                return JudgeResponse.getDefaultInstance();
            });
        }
    }

    private final class Relaying extends RelayingGrpc.RelayingImplBase {
        @Override
        public void certify(RelayRequest request, StreamObserver<RelayResponse> out) {
            NodeName node = callers.callingNode();
            ControlServices.answer(
                    out,
                    () -> response(
                            handlers.certifyRelay(node, new DomainName(request.getDomain()), csr(request.getCsr()))));
        }

        @Override
        public void exchange(ExchangeRequest request, StreamObserver<ExchangeResponse> out) {
            NodeName node = callers.callingNode();
            ControlServices.answer(
                    out,
                    () -> response(handlers.exchange(node, new DomainName(request.getDomain()), request.getToken())));
        }
    }

    private final class Linking extends MeshLinkingGrpc.MeshLinkingImplBase {
        @Override
        public void certify(RelayRequest request, StreamObserver<RelayResponse> out) {
            KubeClusterName member = callers.callingCluster();
            ControlServices.answer(
                    out,
                    () -> response(handlers.certifyRelayOf(
                            member, new DomainName(request.getDomain()), csr(request.getCsr()))));
        }

        @Override
        public void sign(SignRequest request, StreamObserver<ExchangeResponse> out) {
            KubeClusterName member = callers.callingCluster();
            ControlServices.answer(
                    out,
                    () -> response(handlers.signFor(
                            member,
                            new DomainName(request.getDomain()),
                            request.getNamespace(),
                            request.getServiceAccount())));
        }
    }
}
