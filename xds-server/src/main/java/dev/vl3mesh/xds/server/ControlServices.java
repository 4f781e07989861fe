package dev.vl3mesh.xds.server;

import com.google.protobuf.ByteString;
import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.View;
import dev.vl3mesh.xds.grpc.OneByOne;
import dev.vl3mesh.xds.grpc.ReceivingStream;
import dev.vl3mesh.xds.grpc.Refusals;
import dev.vl3mesh.xds.grpc.SendingStream;
import dev.vl3mesh.xds.proto.v1.ConfirmBlocksRequest;
import dev.vl3mesh.xds.proto.v1.ConfirmBlocksResponse;
import dev.vl3mesh.xds.proto.v1.EnrolRequest;
import dev.vl3mesh.xds.proto.v1.EnrolResponse;
import dev.vl3mesh.xds.proto.v1.EnrolmentGrpc;
import dev.vl3mesh.xds.proto.v1.HeldBlock;
import dev.vl3mesh.xds.proto.v1.JoiningGrpc;
import dev.vl3mesh.xds.proto.v1.LeaseBlockRequest;
import dev.vl3mesh.xds.proto.v1.LeaseBlockResponse;
import dev.vl3mesh.xds.proto.v1.LeaveRequest;
import dev.vl3mesh.xds.proto.v1.LeaveResponse;
import dev.vl3mesh.xds.proto.v1.LinkingGrpc;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.proto.v1.NodeReportAck;
import dev.vl3mesh.xds.proto.v1.NodeReportingGrpc;
import dev.vl3mesh.xds.proto.v1.RedeemRequest;
import dev.vl3mesh.xds.proto.v1.RedeemResponse;
import dev.vl3mesh.xds.proto.v1.RenewRequest;
import dev.vl3mesh.xds.proto.v1.ReturnBlockRequest;
import dev.vl3mesh.xds.proto.v1.ReturnBlockResponse;
import dev.vl3mesh.xds.server.ControlHandlers.Refusal;
import dev.vl3mesh.xds.server.ControlHandlers.Signed;
import dev.vl3mesh.xds.server.Door.Caller;
import dev.vl3mesh.xds.stream.DeltaReceiver;
import dev.vl3mesh.xds.stream.DeltaSender;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/// The gRPC services of a control plane: each checks who calls, and hands over to [ControlHandlers] or to the store.
final class ControlServices {
    private static final int NONCE_MAX = 64;

    private final KubeClusterName cluster;
    private final String trustDomain;
    private final Set<Caller> callers;
    private final ResourceStore store;
    private final ControlHandlers handlers;

    ControlServices(
            KubeClusterName cluster,
            String trustDomain,
            Set<Caller> callers,
            ResourceStore store,
            ControlHandlers handlers) {
        this.cluster = cluster;
        this.trustDomain = trustDomain;
        this.callers = callers;
        this.store = store;
        this.handlers = handlers;
    }

    List<BindableService> all() {
        List<BindableService> services = new ArrayList<>(List.of(new Discovery()));
        MeshServices meshes = new MeshServices(this, handlers.meshes());
        if (callers.contains(Caller.NODE)) {
            services.addAll(List.of(new Enrolment(), new Reporting()));
            services.addAll(meshes.forNodes());
        }
        if (callers.contains(Caller.CLUSTER)) {
            services.addAll(List.of(new Joining(), new Linking()));
            services.addAll(meshes.forClusters());
        }
        return services;
    }

    NodeName callingNode() {
        return named(NodeName::new, calling(Caller.NODE, "node", "no agent of this cluster"));
    }

    DomainName callingPublisher() {
        return named(DomainName::new, calling(Caller.NODE, "publisher", "no publisher of a mesh at home here"));
    }

    KubeClusterName callingCluster() {
        return named(KubeClusterName::new, calling(Caller.CLUSTER, "cluster", "no member cluster"));
    }

    /// Somebody else's issuer may sign names that are none.
    private static <N> N named(Function<String, N> name, String text) {
        try {
            return name.apply(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.denied(e.getMessage());
        }
    }

    /// Where ids are given by somebody else, it has to be told which ones are needed.
    private String calling(Caller caller, String kind, String otherwise) {
        SpiffeId id = Peer.ID.get();
        if (!callers.contains(caller) || !id.trustDomain().equals(trustDomain) || !id.isKind(kind)) {
            throw Refusals.denied(id + " is " + otherwise
                    + (callers.contains(caller)
                            ? ": that has to be spiffe://" + trustDomain + "/" + kind + "/<its name>"
                            : ", and this port is not for one"));
        }
        return id.lastSegment();
    }

    private View viewOfCaller() {
        if (callers.contains(Caller.NODE) && Peer.ID.get().isKind("publisher")) {
            return new View.OfMesh(callingPublisher());
        }
        boolean asCluster = Peer.ID.get().isKind("cluster") || !callers.contains(Caller.NODE);
        if (asCluster && callers.contains(Caller.CLUSTER)) {
            KubeClusterName member = callingCluster();
            return new View.OfCluster(cluster, member, domain -> handlers.mayTakePart(member, domain));
        }
        return new View.OfNode(cluster, callingNode());
    }

    /// Answers a unary call; a refusal becomes a status that the caller can read.
    static <A> void answer(StreamObserver<A> out, Supplier<A> answer) {
        A result;
        try {
            result = answer.get();
        } catch (Refusal e) {
            out.onError(Refusals.denied(e.getMessage()));
            return;
        } catch (IllegalArgumentException | IdentityException e) {
            out.onError(Refusals.invalid(e.getMessage()));
            return;
        }
        out.onNext(result);
        out.onCompleted();
    }

    static List<ByteString> ders(List<X509Certificate> certificates) {
        return certificates.stream().map(c -> ByteString.copyFrom(Pem.der(c))).toList();
    }

    private static RedeemResponse response(Signed signed) {
        return RedeemResponse.newBuilder()
                .addAllCertificateChain(ders(signed.chain()))
                .addAllRoots(ders(signed.roots()))
                .setHome(signed.home().value())
                .build();
    }

    private final class Discovery extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> out) {
            View view = viewOfCaller();
            var call = (ServerCallStreamObserver<DeltaDiscoveryResponse>) out;
            SendingStream stream = new SendingStream(store, new DeltaSender(store, view), call);
            call.setOnReadyHandler(stream::drain);
            call.setOnCancelHandler(() -> stream.onError(Status.CANCELLED.asRuntimeException()));
            return stream;
        }
    }

    private final class Enrolment extends EnrolmentGrpc.EnrolmentImplBase {
        @Override
        public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> out) {
            answer(out, () -> {
                Signed signed =
                        handlers.enrol(request.getToken(), request.getCsr().toByteArray());
                return EnrolResponse.newBuilder()
                        .addAllCertificateChain(ders(signed.chain()))
                        .addAllRoots(ders(signed.roots()))
                        .build();
            });
        }
    }

    private final class Reporting extends NodeReportingGrpc.NodeReportingImplBase {
        @Override
        public StreamObserver<NodeReport> report(StreamObserver<NodeReportAck> out) {
            NodeName node = callingNode();
            OneByOne pace = new OneByOne((ServerCallStreamObserver<NodeReportAck>) out);
            return new StreamObserver<>() {
                private boolean refused;

                @Override
                public void onNext(NodeReport report) {
                    if (report.getNonce().length() > NONCE_MAX) {
                        refused = true;
                        out.onError(Refusals.invalid("a nonce has at most " + NONCE_MAX + " characters"));
                        return;
                    }
                    handlers.report(node, report);
                    out.onNext(NodeReportAck.newBuilder()
                            .setNonce(report.getNonce())
                            .build());
                    pace.answered();
                }

                @Override
                public void onError(Throwable cause) {
                    // the agent comes back; its last report grows old, and its age is shown
                }

                @Override
                public void onCompleted() {
                    if (!refused) {
                        out.onCompleted();
                    }
                }
            };
        }
    }

    private final class Joining extends JoiningGrpc.JoiningImplBase {
        @Override
        public void redeem(RedeemRequest request, StreamObserver<RedeemResponse> out) {
            answer(
                    out,
                    () -> response(handlers.redeem(
                            request.getInvitation(),
                            request.getSecret().toByteArray(),
                            new KubeClusterName(request.getCluster()),
                            request.getCsr().toByteArray())));
        }
    }

    private final class Linking extends LinkingGrpc.LinkingImplBase {
        @Override
        public StreamObserver<DeltaDiscoveryResponse> publish(StreamObserver<DeltaDiscoveryRequest> out) {
            KubeClusterName member = callingCluster();
            StoreFeeder feeder =
                    StoreFeeder.ofMember(store, cluster, member, upserts -> handlers.checkPublished(member, upserts));
            DeltaReceiver receiver = new DeltaReceiver(cluster.value(), feeder);
            for (ResourceKind kind : ResourceKind.values()) {
                receiver.restore(kind, feeder.known(kind));
            }
            var call = (ServerCallStreamObserver<DeltaDiscoveryRequest>) out;
            OneByOne pace = new OneByOne(call);
            receiver.open().forEach(out::onNext);
            handlers.linked(member, true);
            return new ReceivingStream(receiver, call, pace::answered, () -> handlers.linked(member, false));
        }

        @Override
        public void leaseBlock(LeaseBlockRequest request, StreamObserver<LeaseBlockResponse> out) {
            KubeClusterName member = callingCluster();
            answer(
                    out,
                    () -> LeaseBlockResponse.newBuilder()
                            .setNumber(handlers.leaseBlock(
                                    member, new DomainName(request.getDomain()), request.getRequestId()))
                            .build());
        }

        @Override
        public void confirmBlocks(ConfirmBlocksRequest request, StreamObserver<ConfirmBlocksResponse> out) {
            KubeClusterName member = callingCluster();
            answer(out, () -> {
                ConfirmBlocksResponse.Builder response = ConfirmBlocksResponse.newBuilder();
                for (HeldBlock block : request.getBlocksList()) {
                    switch (handlers.confirmBlock(
                            member, new DomainName(block.getDomain()), block.getNumber(), block.getRequestId())) {
                        case KNOWN -> {}
                        case RESTORED -> response.setRestored(true);
                        case REFUSED -> response.addRefused(block);
                    }
                }
                handlers.confirmedAll(member);
                return response.build();
            });
        }

        @Override
        public void returnBlock(ReturnBlockRequest request, StreamObserver<ReturnBlockResponse> out) {
            KubeClusterName member = callingCluster();
            answer(out, () -> {
                handlers.returnBlock(member, new DomainName(request.getDomain()), request.getNumber());
                return ReturnBlockResponse.getDefaultInstance();
            });
        }

        @Override
        public void renew(RenewRequest request, StreamObserver<RedeemResponse> out) {
            callingCluster();
            SpiffeId id = Peer.ID.get();
            answer(out, () -> response(handlers.renew(id, request.getCsr().toByteArray())));
        }

        @Override
        public void leave(LeaveRequest request, StreamObserver<LeaveResponse> out) {
            KubeClusterName member = callingCluster();
            answer(out, () -> {
                handlers.leave(member);
                return LeaveResponse.getDefaultInstance();
            });
        }
    }
}
