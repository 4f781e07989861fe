package dev.vl3mesh.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.ResourceStore.Sight;
import dev.vl3mesh.xds.stream.StoreFeeder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// East and west, each the home of a domain in which the other takes part: what east's control plane tells whom.
class HomesTest {
    private static final KubeClusterName EAST = LoopbackHome.EAST;
    private static final KubeClusterName WEST = LoopbackHome.WEST;
    private static final KubeClusterName NORTH = new KubeClusterName("north");
    private static final DomainName RED = LoopbackHome.RED;
    private static final DomainName GREEN = new DomainName("green");
    private static final View TO_NORTH = new View.OfCluster(EAST, NORTH, _ -> true);
    private static final View TO_WEST = new View.OfCluster(EAST, WEST, _ -> true);
    private static final View UP_TO_WEST = new View.OfOrigin(EAST, WEST);
    private static final View TO_AGENT = new View.OfNode(EAST, new NodeName("n"));

    private final ResourceStore east = new ResourceStore(EAST);
    private final StoreFeeder fromHomeWest = StoreFeeder.ofHome(east, WEST, EAST);
    private final StoreFeeder fromMemberWest = StoreFeeder.ofMember(east, EAST, WEST, _ -> {});

    private static AttachmentResource pod(KubeClusterName origin, DomainName domain, String name) {
        return new AttachmentResource(
                origin,
                domain,
                List.of(IpAddress.parse("172.16.0.2")),
                new NodeName("n"),
                "prod",
                name,
                Optional.empty(),
                "default",
                true);
    }

    @BeforeEach
    void start() {
        east.follow(Set.of(WEST));
    }

    private void eastPublishes(MeshResource... resources) {
        east.apply(EAST, new SnapshotDelta(List.of(resources), Set.of()));
        east.complete(EAST);
    }

    private void homeWestTells(MeshResource... resources) {
        fromHomeWest.onBatch(ResourceKind.DOMAIN, List.of(LoopbackHome.domain(WEST, GREEN)), List.of());
        fromHomeWest.onBatch(ResourceKind.ATTACHMENT, List.of(resources), List.of());
        fromHomeWest.onComplete(WEST);
    }

    private Sight look(View view, MeshResource resource) {
        return east.look(view, resource.key());
    }

    @Test
    void aHomeTellsOfItsOwnDomainsOnly() {
        AttachmentResource red = pod(WEST, RED, "r");
        AttachmentResource green = pod(WEST, GREEN, "g");
        AttachmentResource ours = pod(EAST, GREEN, "o");
        eastPublishes(LoopbackHome.domain(EAST, RED), ours);
        fromMemberWest.onBatch(ResourceKind.ATTACHMENT, List.of(red), List.of());
        homeWestTells(green);
        assertThat(look(TO_NORTH, red)).isInstanceOf(Sight.Seen.class);
        assertThat(look(TO_NORTH, green)).isEqualTo(Sight.GONE);
        assertThat(look(TO_NORTH, LoopbackHome.domain(WEST, GREEN))).isEqualTo(Sight.GONE);
        assertThat(look(TO_WEST, ours)).isEqualTo(Sight.GONE);
        assertThat(look(UP_TO_WEST, ours)).isInstanceOf(Sight.Seen.class);
        assertThat(look(UP_TO_WEST, pod(EAST, RED, "none"))).isEqualTo(Sight.GONE);
        assertThat(look(TO_AGENT, green)).isInstanceOf(Sight.Seen.class);
    }

    @Test
    void nothingIsSaidOfADomainWhoseHomeIsNotKnownYet() {
        AttachmentResource early = pod(WEST, RED, "early");
        AttachmentResource ours = pod(EAST, GREEN, "o");
        fromMemberWest.onBatch(ResourceKind.ATTACHMENT, List.of(early), List.of());
        fromMemberWest.onComplete(WEST);
        assertThat(look(TO_NORTH, early)).isEqualTo(Sight.UNKNOWN);
        assertThat(east.completeOrigins(TO_NORTH)).isEmpty();
        eastPublishes(LoopbackHome.domain(EAST, RED), ours);
        assertThat(look(TO_NORTH, early)).isInstanceOf(Sight.Seen.class);
        assertThat(east.completeOrigins(TO_NORTH)).containsExactlyInAnyOrder(EAST, WEST);
        assertThat(look(UP_TO_WEST, ours)).as("the link is not open yet").isEqualTo(Sight.UNKNOWN);
        assertThat(east.completeOrigins(UP_TO_WEST)).isEmpty();
        homeWestTells();
        assertThat(look(UP_TO_WEST, ours)).isInstanceOf(Sight.Seen.class);
        assertThat(east.completeOrigins(UP_TO_WEST)).containsExactly(EAST);
    }

    @Test
    void whatAMemberHasInOneDomainDoesNotSettleWhatItHasInAnothers() {
        AttachmentResource red = pod(WEST, RED, "r");
        AttachmentResource green = pod(WEST, GREEN, "g");
        eastPublishes(LoopbackHome.domain(EAST, RED));
        fromMemberWest.onComplete(WEST);
        assertThat(look(TO_AGENT, red)).isEqualTo(Sight.GONE);
        assertThat(look(TO_AGENT, green)).as("green's home has told nothing").isEqualTo(Sight.UNKNOWN);
        homeWestTells();
        assertThat(look(TO_AGENT, green)).isEqualTo(Sight.GONE);
        assertThat(look(TO_AGENT, pod(NORTH, GREEN, "n")))
                .as("west has not heard of north yet")
                .isEqualTo(Sight.UNKNOWN);
        fromHomeWest.onComplete(NORTH);
        assertThat(look(TO_AGENT, pod(NORTH, GREEN, "n"))).isEqualTo(Sight.GONE);
        assertThat(look(TO_AGENT, pod(NORTH, RED, "n")))
                .as("north has not told of red")
                .isEqualTo(Sight.UNKNOWN);
    }

    @Test
    void aDomainThatNoHomeHasIsGone() {
        AttachmentResource old = pod(WEST, new DomainName("old"), "o");
        eastPublishes();
        assertThat(look(TO_AGENT, old)).isEqualTo(Sight.UNKNOWN);
        homeWestTells();
        assertThat(look(TO_AGENT, old)).isEqualTo(Sight.GONE);
    }

    @Test
    void aHomeIsNotHeardOnDomainsOfOthers() {
        AttachmentResource red = pod(WEST, RED, "r");
        AttachmentResource forged = pod(NORTH, RED, "forged");
        eastPublishes(LoopbackHome.domain(EAST, RED));
        fromMemberWest.onBatch(ResourceKind.ATTACHMENT, List.of(red), List.of());
        homeWestTells(forged);
        fromHomeWest.onBatch(ResourceKind.DOMAIN, List.of(LoopbackHome.domain(WEST, RED)), List.of());
        fromHomeWest.onBatch(
                ResourceKind.ATTACHMENT, List.of(forged), List.of(red.key().wireName()));
        assertThat(east.homeOf(RED)).contains(EAST);
        assertThat(east.get(forged.key())).isEmpty();
        assertThat(east.get(red.key())).isPresent();
        assertThat(fromHomeWest.known(ResourceKind.ATTACHMENT)).isEmpty();
        assertThat(look(TO_NORTH, LoopbackHome.domain(WEST, RED))).isEqualTo(Sight.GONE);
    }

    @Test
    void leavingAHomeForgetsWhatItTold() {
        AttachmentResource red = pod(WEST, RED, "r");
        AttachmentResource green = pod(NORTH, GREEN, "g");
        AttachmentResource ours = pod(EAST, GREEN, "o");
        eastPublishes(LoopbackHome.domain(EAST, RED), ours);
        fromMemberWest.onBatch(ResourceKind.ATTACHMENT, List.of(red), List.of());
        homeWestTells(green);
        east.dropHome(WEST);
        assertThat(east.get(green.key())).isEmpty();
        assertThat(east.homeOf(GREEN)).isEmpty();
        assertThat(east.get(red.key())).isPresent();
        assertThat(east.get(ours.key())).as("its own, until it withdraws it").isPresent();
    }

    @Test
    void aMemberThatGoesStaysInTheOtherHomesDomains() {
        AttachmentResource red = pod(WEST, RED, "r");
        AttachmentResource green = pod(WEST, GREEN, "g");
        eastPublishes(LoopbackHome.domain(EAST, RED));
        fromMemberWest.onBatch(ResourceKind.ATTACHMENT, List.of(red), List.of());
        homeWestTells(green);
        east.drop(WEST);
        assertThat(east.get(red.key())).isEmpty();
        assertThat(east.get(green.key())).isPresent();
    }
}
