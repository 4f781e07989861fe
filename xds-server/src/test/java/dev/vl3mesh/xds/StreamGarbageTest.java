package dev.vl3mesh.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.encode.ResourceProblem;
import dev.vl3mesh.xds.encode.TypeUrls;
import dev.vl3mesh.xds.stream.DeltaReceiver;
import dev.vl3mesh.xds.stream.DeltaSender;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was true and was then spoiled, bit by bit: it is taken, or refused by the one exception that says so.
class StreamGarbageTest {
    private static final int ROUNDS = 20_000;
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final AttachmentResource ATTACHMENT = new AttachmentResource(
            EAST,
            new DomainName("red"),
            List.of(IpAddress.parse("172.16.0.2"), IpAddress.parse("fd00:16::2")),
            new NodeName("east-1"),
            "prod",
            "p",
            Optional.of("uid"),
            "default",
            true);
    private static final String URL = TypeUrls.of(ResourceKind.ATTACHMENT);

    private static byte[] spoiled(Random random, byte[] good) {
        byte[] bytes = random.nextInt(4) == 0 ? new byte[random.nextInt(40)] : good.clone();
        for (int i = random.nextInt(6); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void resources(long seed) {
        Random random = new Random(seed);
        byte[] good = ResourceCodec.encode(ATTACHMENT).toByteArray();
        List<ResourceKind> kinds = List.of(ResourceKind.values());
        int taken = 0;
        for (int i = 0; i < ROUNDS; i++) {
            ResourceKind kind = kinds.get(random.nextInt(kinds.size()));
            try {
                var read = ResourceCodec.decode(
                        kind, ATTACHMENT.key().wireName(), ByteString.copyFrom(spoiled(random, good)));
                assertThat(ResourceCodec.decode(kind, read.key().wireName(), ResourceCodec.encode(read)))
                        .isEqualTo(read);
                taken++;
            } catch (ResourceProblem e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(taken).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void requests(long seed) {
        Random random = new Random(seed);
        byte[] good = DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(URL)
                .addResourceNamesSubscribe("*")
                .putInitialResourceVersions(ATTACHMENT.key().wireName(), "1")
                .setResponseNonce("1")
                .build()
                .toByteArray();
        ResourceStore store = new ResourceStore();
        store.apply(EAST, new SnapshotDelta(List.of(ATTACHMENT), Set.of()));
        store.complete(EAST);
        for (int i = 0; i < ROUNDS; i++) {
            DeltaSender sender = new DeltaSender(store, new View.OfNode(EAST, new NodeName("east-1")));
            try {
                sender.onRequest(DeltaDiscoveryRequest.parseFrom(spoiled(random, good)));
                sender.poll()
                        .ifPresent(response -> assertThat(response.getNonce()).isNotEmpty());
            } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void responses(long seed) {
        Random random = new Random(seed);
        byte[] good = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(URL)
                .setNonce("1")
                .addResources(Resource.newBuilder()
                        .setName(ATTACHMENT.key().wireName())
                        .setVersion("1")
                        .setResource(Any.newBuilder().setTypeUrl(URL).setValue(ResourceCodec.encode(ATTACHMENT))))
                .addRemovedResources("red/east/172.16.0.9")
                .build()
                .toByteArray();
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            ResourceStore store = new ResourceStore();
            DeltaReceiver receiver = new DeltaReceiver("fuzzed", new StoreFeeder(store, _ -> true));
            try {
                DeltaDiscoveryRequest answer =
                        receiver.onResponse(DeltaDiscoveryResponse.parseFrom(spoiled(random, good)));
                if (answer.hasErrorDetail()) {
                    refused++;
                    assertThat(store.of(EAST))
                            .as("a refused response changes nothing")
                            .isEmpty();
                }
            } catch (InvalidProtocolBufferException e) {
                // gRPC itself ends the stream
            }
        }
        assertThat(refused).isPositive();
    }
}
