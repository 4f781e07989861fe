package dev.vl3mesh.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.client.AdsClient;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.client.IdentityClient;
import dev.vl3mesh.xds.client.LinkClient;
import dev.vl3mesh.xds.proto.v1.ConfirmBlocksRequest;
import dev.vl3mesh.xds.proto.v1.ConfirmBlocksResponse;
import dev.vl3mesh.xds.proto.v1.HeldBlock;
import dev.vl3mesh.xds.proto.v1.LinkingGrpc;
import dev.vl3mesh.xds.server.ControlHandlers;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A home, a member and agents over real TLS on loopback.
class ControlServerTest extends LoopbackHome {
    private ManagedChannel joined() {
        ManagedChannel joining = closing(ControlChannel.pinned(address, Pem.fingerprint(issuer.root())));
        Svid svid = new IdentityClient(joining, RANDOM).redeem("invitation", new byte[16], WEST);
        return closing(ControlChannel.mutual(address, () -> svid, SpiffeId.control(TRUST_DOMAIN)));
    }

    private LinkClient link(ResourceStore store) {
        LinkClient link = new LinkClient(joined(), WEST, EAST, store);
        open.add(link);
        return link;
    }

    private static List<Optional<String>> uids(ResourceStore store, KubeClusterName origin) {
        return store.of(origin).stream()
                .map(r -> ((AttachmentResource) r).podUid())
                .toList();
    }

    @Test
    void anAgentSeesDomainsOfItsNodeOnlyAndUidsOfItsOwnPodsOnly() {
        publish(home, EAST, attachment(EAST, "east-1", "172.16.0.2"), attachment(EAST, "east-2", "172.16.0.3"));
        home.complete(EAST);
        ResourceStore one = agent(enrol("east-1"));
        ResourceStore three = agent(enrol("east-3"));
        await().untilAsserted(() -> assertThat(one.of(EAST)).hasSize(2));
        assertThat(uids(one, EAST)).containsExactlyInAnyOrder(Optional.of("uid-172.16.0.2"), Optional.empty());
        await().until(() -> three.isComplete(EAST));
        assertThat(three.of(EAST)).isEmpty();

        publish(home, EAST, attachment(EAST, "east-3", "172.16.0.4"));
        await().untilAsserted(() -> assertThat(three.of(EAST)).hasSize(3));
        home.apply(
                EAST,
                new SnapshotDelta(
                        List.of(),
                        Set.of(attachment(EAST, "east-3", "172.16.0.4").key())));
        await().untilAsserted(() -> assertThat(three.of(EAST)).isEmpty());
    }

    @Test
    void aMemberAndItsHomeLearnOfEachOther() {
        ResourceStore member = new ResourceStore(WEST);
        publish(home, EAST, domain(EAST, RED), attachment(EAST, "east-1", "172.16.0.2"));
        home.complete(EAST);
        publish(member, WEST, attachment(WEST, "west-1", "172.16.0.66"));
        member.complete(WEST);
        LinkClient link = link(member);
        await().untilAsserted(() -> assertThat(home.of(WEST)).hasSize(1));
        await().untilAsserted(() -> assertThat(member.of(EAST)).hasSize(2));
        await().until(() -> home.isComplete(WEST) && member.hasTold(EAST) && link.connected());
        assertThat(uids(home, WEST)).containsExactly(Optional.empty());

        ResourceKey gone = attachment(WEST, "west-1", "172.16.0.66").key();
        member.apply(WEST, new SnapshotDelta(List.of(), Set.of(gone)));
        await().untilAsserted(() -> assertThat(home.of(WEST)).isEmpty());
    }

    @Test
    void nothingIsTakenForGoneWhileItsOriginIsIncomplete() {
        publish(home, EAST, domain(EAST, RED), attachment(EAST, "east-1", "172.16.0.2"));
        publish(home, WEST, attachment(WEST, "west-1", "172.16.0.66"));
        home.complete(EAST);
        Svid svid = enrol("east-1");
        ResourceStore agent = new ResourceStore();
        StoreFeeder feeder = new StoreFeeder(agent, _ -> true);
        AdsClient client = new AdsClient(
                closing(ControlChannel.mutual(address, () -> svid, SpiffeId.control(TRUST_DOMAIN))), "agent", feeder);
        open.add(client);
        AttachmentResource kept = attachment(WEST, "west-2", "172.16.0.67");
        publish(agent, WEST, kept);
        client.restore(ResourceKind.ATTACHMENT, feeder.known(ResourceKind.ATTACHMENT));
        client.start();
        await().until(() -> agent.isComplete(EAST));
        assertThat(agent.of(WEST)).contains(kept).hasSize(2);
        home.complete(WEST);
        await().untilAsserted(
                        () -> assertThat(agent.of(WEST)).doesNotContain(kept).hasSize(1));
    }

    @Test
    void whoHasNoCertificateOrAForeignOneGetsNothing() {
        publish(home, EAST, attachment(EAST, "east-1", "172.16.0.2"));
        CertificateIssuer foreign = CertificateIssuer.newRoot(TRUST_DOMAIN, Instant.now(), Duration.ofHours(1), RANDOM);
        Svid forged =
                foreign.issue(SpiffeId.node(TRUST_DOMAIN, "east-1"), List.of(), Instant.now(), Duration.ofHours(1));
        Svid trusting = new Svid(forged.key(), forged.chain(), List.of(issuer.root()));
        ResourceStore stranger = agent(trusting);
        Svid node = enrol("east-1");
        assertThatThrownBy(() -> new IdentityClient(
                                closing(ControlChannel.anonymous(
                                        address, () -> List.of(issuer.root()), SpiffeId.control(TRUST_DOMAIN))),
                                RANDOM)
                        .renew())
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("needs a client certificate");
        assertThatThrownBy(() -> new IdentityClient(
                                closing(ControlChannel.mutual(address, () -> node, SpiffeId.control(TRUST_DOMAIN))),
                                RANDOM)
                        .renew())
                .hasMessageContaining("is no member cluster");
        assertThat(stranger.of(EAST)).isEmpty();
    }

    private static HeldBlock block(int number) {
        return HeldBlock.newBuilder().setDomain("red").setNumber(number).build();
    }

    @Test
    void aMemberLearnsWhichOfItsBlocksHomeHasGivenToSomebodyElse() {
        handlers.confirmations.put(8, ControlHandlers.Confirmation.REFUSED);
        LinkingGrpc.LinkingBlockingStub calls = LinkingGrpc.newBlockingStub(joined());
        ConfirmBlocksRequest request = ConfirmBlocksRequest.newBuilder()
                .addBlocks(block(7))
                .addBlocks(block(8))
                .build();
        assertThat(handlers.confirmed).isEmpty();
        assertThat(calls.confirmBlocks(request))
                .isEqualTo(
                        ConfirmBlocksResponse.newBuilder().addRefused(block(8)).build());
        assertThat(handlers.confirmed).containsExactly(WEST);

        handlers.confirmations.put(7, ControlHandlers.Confirmation.RESTORED);
        assertThat(calls.confirmBlocks(request))
                .isEqualTo(ConfirmBlocksResponse.newBuilder()
                        .setRestored(true)
                        .addRefused(block(8))
                        .build());
    }

    @Test
    void anInvitationIsGoodOnce() {
        ManagedChannel joining = closing(ControlChannel.pinned(address, Pem.fingerprint(issuer.root())));
        IdentityClient client = new IdentityClient(joining, RANDOM);
        assertThat(client.redeem("i", new byte[16], WEST).id()).hasToString("spiffe://east.test/cluster/west");
        assertThatThrownBy(() -> client.redeem("i", new byte[16], WEST)).hasMessageContaining("redeemed before");
        ManagedChannel wrongPin = closing(ControlChannel.pinned(address, "00"));
        assertThatThrownBy(() -> new IdentityClient(wrongPin, RANDOM).redeem("j", new byte[16], WEST))
                .isInstanceOf(StatusRuntimeException.class);
    }
}
