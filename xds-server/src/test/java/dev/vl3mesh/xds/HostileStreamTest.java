package dev.vl3mesh.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.Status;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.encode.TypeUrls;
import dev.vl3mesh.xds.proto.v1.EnrolRequest;
import dev.vl3mesh.xds.proto.v1.EnrolmentGrpc;
import dev.vl3mesh.xds.proto.v1.LeaseBlockRequest;
import dev.vl3mesh.xds.proto.v1.LinkingGrpc;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.proto.v1.NodeReportAck;
import dev.vl3mesh.xds.proto.v1.NodeReportingGrpc;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A node whose agent was taken over talks to the control plane. Whatever it says, it is refused with a reason or
/// passed over, and its neighbour goes on to hear what is new.
class HostileStreamTest extends LoopbackHome {
    private static final String ATTACHMENTS = TypeUrls.of(ResourceKind.ATTACHMENT);

    private Svid hostile;
    private ResourceStore neighbour;
    private int news = 10;

    @BeforeEach
    void begin() {
        publish(home, EAST, attachment(EAST, "east-1", "172.16.0.2"), attachment(EAST, "east-2", "172.16.0.3"));
        home.complete(EAST);
        hostile = enrol("east-2");
        neighbour = agent(enrol("east-1"));
        await().untilAsserted(() -> assertThat(neighbour.of(EAST)).hasSize(2));
    }

    @AfterEach
    void theNeighbourHearsWhatIsNew() {
        int before = neighbour.of(EAST).size();
        publish(home, EAST, attachment(EAST, "east-1", "172.16.0." + news++));
        await().untilAsserted(() -> assertThat(neighbour.of(EAST)).hasSize(before + 1));
    }

    /// What a stream was told.
    private static final class Told<A> implements StreamObserver<A> {
        final List<A> answers = new CopyOnWriteArrayList<>();
        final AtomicReference<io.grpc.Status> end = new AtomicReference<>();

        @Override
        public void onNext(A answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable cause) {
            end.set(io.grpc.Status.fromThrowable(cause));
        }

        @Override
        public void onCompleted() {
            end.set(io.grpc.Status.OK);
        }

        void endsWith(io.grpc.Status.Code code, String words) {
            await().until(() -> end.get() != null);
            assertThat(end.get().getCode()).as(end.get().toString()).isEqualTo(code);
            assertThat(String.valueOf(end.get().getDescription())).contains(words);
        }
    }

    private ManagedChannel channel() {
        return closing(ControlChannel.mutual(address, () -> hostile, SpiffeId.control(TRUST_DOMAIN)));
    }

    private StreamObserver<DeltaDiscoveryRequest> stream(Told<DeltaDiscoveryResponse> told) {
        return AggregatedDiscoveryServiceGrpc.newStub(channel()).deltaAggregatedResources(told);
    }

    private static DeltaDiscoveryRequest.Builder request() {
        return DeltaDiscoveryRequest.newBuilder().setTypeUrl(ATTACHMENTS);
    }

    @Test
    void anUnknownTypeIsRefused() {
        Told<DeltaDiscoveryResponse> told = new Told<>();
        stream(told).onNext(request().setTypeUrl("type.googleapis.com/secrets").build());
        told.endsWith(io.grpc.Status.Code.INVALID_ARGUMENT, "unknown type URL 'type.googleapis.com/secrets'");
    }

    @Test
    void namesCantBeAskedFor() {
        Told<DeltaDiscoveryResponse> told = new Told<>();
        stream(told)
                .onNext(request()
                        .addResourceNamesSubscribe("red/east/172.16.0.2")
                        .build());
        told.endsWith(io.grpc.Status.Code.INVALID_ARGUMENT, "only wildcard subscriptions are served");
    }

    @Test
    void aNonceThatWasNeverGivenIsPassedOver() {
        Told<DeltaDiscoveryResponse> told = new Told<>();
        StreamObserver<DeltaDiscoveryRequest> out = stream(told);
        out.onNext(request().build());
        await().until(() -> !told.answers.isEmpty());
        out.onNext(request().setResponseNonce("another's").build());
        out.onNext(request()
                .setResponseNonce("")
                .setErrorDetail(Status.newBuilder().setMessage("no".repeat(1000)))
                .build());
        publish(home, EAST, attachment(EAST, "east-2", "172.16.0.200"));
        await().untilAsserted(() -> assertThat(neighbour.of(EAST)).hasSize(3));
        assertThat(told.answers).as("nothing more before it is acknowledged").hasSize(1);
        out.onNext(
                request().setResponseNonce(told.answers.getFirst().getNonce()).build());
        await().until(() -> told.answers.size() == 2);
        assertThat(told.end.get()).isNull();
    }

    @Test
    void whatItSaysItKnewIsTakenBackAndNothingElse() {
        DeltaDiscoveryRequest.Builder first = request();
        IntStream.range(0, 5000).forEach(i -> first.putInitialResourceVersions("made/east/" + i, "version"));
        first.putInitialResourceVersions("", "").putInitialResourceVersions("////", "1");
        Told<DeltaDiscoveryResponse> told = new Told<>();
        stream(told).onNext(first.build());
        await().until(() -> !told.answers.isEmpty());
        assertThat(told.answers.getFirst().getResourcesCount()).isEqualTo(2);
        assertThat(told.answers.getFirst().getRemovedResourcesList()).contains("made/east/4999", "", "////");
        assertThat(told.end.get()).isNull();
    }

    @Test
    void tenMegabytesAreRefused() {
        Told<DeltaDiscoveryResponse> told = new Told<>();
        stream(told)
                .onNext(request()
                        .putInitialResourceVersions("a".repeat(10 << 20), "1")
                        .build());
        told.endsWith(io.grpc.Status.Code.RESOURCE_EXHAUSTED, "exceeds maximum size");
    }

    @Test
    void whoNeverReadsHoldsUpNobody() {
        Told<DeltaDiscoveryResponse> told = new Told<>();
        StreamObserver<DeltaDiscoveryRequest> out = stream(told);
        for (int i = 0; i < 20_000; i++) {
            out.onNext(request().setResponseNonce("n" + i).build());
        }
        await().until(() -> !told.answers.isEmpty());
        assertThat(told.answers).hasSize(1);
    }

    @Test
    void bytesThatAreNoMessageEndTheStreamAlone() {
        Random random = new Random(7);
        ManagedChannel channel = channel();
        for (int i = 0; i < 10; i++) {
            byte[] bytes = new byte[1 + random.nextInt(64)];
            random.nextBytes(bytes);
            bytes[0] = (byte) 0xff; // an unfinished tag: no protobuf begins so
            Told<byte[]> told = new Told<>();
            StreamObserver<byte[]> out =
                    ClientCalls.asyncBidiStreamingCall(channel.newCall(raw(), CallOptions.DEFAULT), told);
            out.onNext(bytes);
            await().until(() -> told.end.get() != null);
            assertThat(told.end.get().isOk())
                    .as(ByteString.copyFrom(bytes).toString())
                    .isFalse();
        }
    }

    private static MethodDescriptor<byte[], byte[]> raw() {
        var marshaller = new MethodDescriptor.Marshaller<byte[]>() {
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
        return AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod().toBuilder(marshaller, marshaller)
                .build();
    }

    @Test
    void whatAReasonRepeatsIsShortAndOfOneLine() {
        Told<DeltaDiscoveryResponse> told = new Told<>();
        stream(told)
                .onNext(request().setTypeUrl("\n\u001b[31m" + "x".repeat(5000)).build());
        told.endsWith(io.grpc.Status.Code.INVALID_ARGUMENT, "unknown type URL '??[31mxxx");
        assertThat(told.end.get().getDescription()).hasSizeLessThan(320);
    }

    @Test
    void aRequestForACertificateThatIsNoneIsRefusedWithTheReason() {
        ManagedChannel anonymous = closing(
                ControlChannel.anonymous(address, () -> List.of(issuer.root()), SpiffeId.control(TRUST_DOMAIN)));
        try {
            var _ = EnrolmentGrpc.newBlockingStub(anonymous)
                    .enrol(EnrolRequest.newBuilder()
                            .setToken("node:east-2")
                            .setCsr(ByteString.copyFromUtf8("garbage"))
                            .build());
            throw new AssertionError("garbage was signed");
        } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.INVALID_ARGUMENT);
            assertThat(String.valueOf(e.getStatus().getDescription())).isNotBlank();
        }
    }

    @Test
    void reportsAreAnsweredOneByOneAndTheirNoncesAreShort() {
        Told<NodeReportAck> told = new Told<>();
        StreamObserver<NodeReport> out = NodeReportingGrpc.newStub(channel()).report(told);
        for (int i = 0; i < 1000; i++) {
            out.onNext(NodeReport.newBuilder().setNonce("n" + i).build());
        }
        await().until(() -> told.answers.size() == 1000);
        out.onNext(NodeReport.newBuilder().setNonce("n".repeat(100)).build());
        out.onNext(NodeReport.getDefaultInstance()); // as does whoever has not heard yet
        out.onCompleted();
        told.endsWith(io.grpc.Status.Code.INVALID_ARGUMENT, "a nonce has at most 64 characters");
    }

    /// A service of three megabytes: whoever makes one hurts himself alone.
    @Test
    void aResourceThatIsTooLargeIsLeftOut() {
        AttachmentResource large = new AttachmentResource(
                EAST,
                RED,
                List.of(IpAddress.parse("172.16.0.99")),
                new NodeName("east-1"),
                "prod",
                "p".repeat(3 << 20),
                Optional.empty(),
                "default",
                true);
        publish(home, EAST, large, attachment(EAST, "east-2", "172.16.0.100"));
        await().untilAsserted(() -> assertThat(neighbour.of(EAST)).hasSize(3).doesNotContain(large));
    }

    @Test
    void aNodeIsNoCluster() {
        try {
            var _ = LinkingGrpc.newBlockingStub(channel())
                    .leaseBlock(LeaseBlockRequest.newBuilder().setDomain("red").build());
            throw new AssertionError("a node leased a block");
        } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.PERMISSION_DENIED);
            assertThat(e.getMessage()).contains("spiffe://east.test/node/east-2 is no member cluster");
        }
        Told<DeltaDiscoveryRequest> told = new Told<>();
        var _ = LinkingGrpc.newStub(channel()).publish(told);
        told.endsWith(io.grpc.Status.Code.PERMISSION_DENIED, "is no member cluster");
    }

    /// It sees its own pods' uids, by which an agent knows a pod, and nobody else's.
    @Test
    void anotherNodesSecretsStayItsOwn() {
        ResourceStore seen = agent(hostile);
        await().untilAsserted(() -> assertThat(seen.of(EAST)).hasSize(2));
        assertThat(seen.of(EAST).toString()).contains("uid-172.16.0.3").doesNotContain("uid-172.16.0.2");
    }
}
