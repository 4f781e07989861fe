package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.invitation.InvitationToken;
import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.Invitation;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Membership.Answer;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/// A member leaves its home, is refused for every reason there is, and joins again, as an operator meets it.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JoinST {
    private static final String HERE = "joining";
    private static final String LINDEN = "linden";

    private final Lab lab;
    private final World world;
    private final Membership membership;
    private final KubernetesClient east;
    private final KubernetesClient west;
    private int replicas;
    private String used = "";

    JoinST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.membership = new Membership(lab.kubeconfig(), new Progress(System.out, false));
        this.east = world.client("east");
        this.west = world.client("west");
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(LINDEN, "172.31.0.0/16");
        world.domain("maple", "172.30.0.0/16");
        world.namespace("west", HERE, Map.of(Labels.DOMAINS, LINDEN));
        replicas = Objects.requireNonNull(control().require().getSpec().getReplicas());
    }

    @AfterAll
    void leaveTheLabJoined() {
        if (link(west, "east") == null) {
            join(invitation("--for", "west"));
        }
        scaleControl(replicas);
        Pods.leaveNothing(lab, world, LINDEN, "maple");
    }

    private RollableScalableResource<Deployment> control() {
        return east.apps().deployments().inNamespace(Installation.NAMESPACE).withName("vl3-control");
    }

    private void scaleControl(int wanted) {
        control().scale(wanted);
        World.eventually().until(() -> {
            var status = control().require().getStatus();
            return Objects.equals(status.getReadyReplicas(), wanted) && Objects.equals(status.getReplicas(), wanted);
        });
        World.eventually().untilAsserted(() -> well("east"));
    }

    private void well(String cluster) {
        Answer answer = membership.ctl(cluster, "status", "--wait", "--timeout", "60s");
        assertThat(answer.exitCode()).as(answer.out() + answer.err()).isZero();
    }

    private static Link link(KubernetesClient client, String name) {
        return client.resources(Link.class).withName(name).get();
    }

    private String invitation(String... options) {
        String[] words = new String[options.length + 1];
        words[0] = "invite";
        System.arraycopy(options, 0, words, 1, options.length);
        Answer answer = membership.ctl("east", words);
        assertThat(answer.exitCode()).as(answer.err()).isZero();
        return answer.out().strip();
    }

    private void join(String invitation) {
        Answer joined = membership.ctl("west", "join", invitation);
        assertThat(joined.exitCode()).as(joined.err()).isZero();
        assertThat(joined.out()).isEqualTo("west has joined east: the home answers\n");
    }

    private void leave() {
        Answer left = membership.ctl("west", "leave");
        assertThat(left.exitCode()).as(left.err()).isZero();
        assertThat(left.out()).isEqualTo("west has left east\n");
    }

    /// Joining fails with these words, and leaves nothing behind.
    private void refused(String invitation, String... words) {
        Answer answer = membership.ctl("west", "join", invitation, "--timeout", "20s");
        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err()).contains(words);
        assertThat(link(west, "east")).isNull();
        assertThat(secretNames(west)).noneMatch(name -> name.startsWith("vl3mesh-invitation-"));
        assertThat(link(east, "west.member")).isNull();
    }

    private static List<String> secretNames(KubernetesClient client) {
        return client.secrets().inNamespace(Installation.NAMESPACE).list().getItems().stream()
                .map(secret -> secret.getMetadata().getName())
                .toList();
    }

    private Invitation object(String invitation) {
        return east.resources(Invitation.class)
                .withName(InvitationToken.parse(invitation).name())
                .require();
    }

    @Test
    @Order(1)
    void whoHasPodsAttachedIsToldWhatToDoBeforeLeaving() {
        Pod pod = west.resource(Pods.idle(HERE, "stays").build()).create();
        World.eventually().until(() -> Pods.attachments(west, LINDEN).stream().allMatch(a -> a.getStatus() != null));
        Answer answer = membership.ctl("west", "leave");
        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.err())
                .contains(
                        "a pod is attached to domains of east: joining/stays",
                        "Take the label vl3mesh.dev/domains off their namespaces or pods, delete the pods, and run it"
                                + " again");
        assertThat(link(west, "east").getMetadata().getDeletionTimestamp()).isNull();
        west.resource(pod).delete();
        World.eventually().until(() -> Pods.attachments(west, LINDEN).isEmpty());
    }

    /// Which gets its addresses back within the hour, and so must not keep anybody from leaving.
    private void endAPodOfAStatefulSet() {
        var set = west.resource(Pods.idleSet(HERE, "kept")).create();
        World.eventually()
                .until(() ->
                        Pods.attachments(west, LINDEN).stream().anyMatch(attachment -> attachment.getStatus() != null));
        west.resource(set).delete();
        World.eventually().until(() -> Pods.attachments(west, LINDEN).stream().allMatch(Attachment::keptForSuccessor));
    }

    @Test
    @Order(2)
    void whoHasJoinedIsToldSo() {
        String invitation = invitation("--for", "north");
        Answer answer = membership.ctl("west", "join", invitation);
        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.err()).contains("west has joined east before; the invitation was not used");
        answer = membership.ctl("east", "invite", "--for", "west");
        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.err())
                .contains(
                        "a cluster of that name is a member of east already; let it leave first (vl3ctl leave, there)");
        answer = membership.ctl("east", "join", invitation);
        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.err())
                .contains("this invitation was made by east itself: run vl3ctl join in the other cluster");
    }

    @Test
    @Order(3)
    void whoLeavesGivesEverythingBack() {
        endAPodOfAStatefulSet();
        leave();
        assertThat(Pods.attachments(west, LINDEN)).isEmpty();
        assertThat(link(west, "east")).isNull();
        assertThat(link(east, "west.member")).isNull();
        assertThat(secretNames(west)).noneMatch(name -> name.contains("east"));
        assertThat(west.resources(Domain.class).list().getItems()).isEmpty();
        assertThat(west.resources(AddressBlock.class).list().getItems()).isEmpty();
        World.eventually()
                .until(() -> east.resources(AddressBlock.class).list().getItems().stream()
                        .noneMatch(block -> block.getSpec().cluster().equals("west")));
        Answer again = membership.ctl("west", "leave");
        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).isEqualTo("west is a member of no home: there is nothing to leave\n");
    }

    @Test
    @Order(4)
    void garbageIsNoInvitation() {
        refused("garbage", "this is no invitation: it does not start with vl3i1.");
        refused("vl3i1.!!!", "this invitation was damaged on its way: copy all of it again");
        String good = invitation();
        refused(good.substring(0, good.length() - 9), "this invitation was damaged on its way: copy all of it again");
        assertThat(object(good).getStatus()).isNull();
    }

    @Test
    @Order(5)
    void anExpiredInvitationIsRefused() {
        String invitation = invitation("--ttl", "1s");
        Instant end = Instant.parse(object(invitation).getSpec().expiresAt());
        Awaitility.await()
                .pollInterval(Duration.ofMillis(100))
                .until(() -> Instant.now().isAfter(end.plusMillis(100)));
        refused(invitation, "west has not joined east at ", "the invitation expired at " + end + ": ask for another");
    }

    @Test
    @Order(6)
    void anInvitationForAnotherClusterIsRefusedAndNotUsedUp() {
        String invitation = invitation("--for", "north");
        refused(invitation, "the invitation is for a cluster named north, not west");
        assertThat(object(invitation).getStatus()).isNull();
    }

    @Test
    @Order(7)
    void aStrangersAddressOrAnswerIsRefused() {
        InvitationToken good = InvitationToken.parse(invitation());
        refused(
                new InvitationToken(
                                good.home(),
                                good.trustDomain(),
                                good.address(),
                                "0".repeat(64),
                                good.name(),
                                good.secret())
                        .text(),
                "who answers at " + good.address() + " is not the home that made the invitation");
        refused(
                new InvitationToken(
                                good.home(),
                                good.trustDomain(),
                                good.address(),
                                good.fingerprint(),
                                good.name(),
                                "0".repeat(32))
                        .text(),
                "there is no such invitation at east");
        assertThat(east.resources(Invitation.class)
                        .withName(good.name())
                        .require()
                        .getStatus())
                .isNull();
    }

    @Test
    @Order(8)
    void aNarrowInvitationOpensItsDomainAloneAlsoWithTwoReplicasAtHome() {
        scaleControl(2);
        used = invitation("--for", "west", "--domain", LINDEN);
        join(used);
        assertThat(object(used).getStatus().redeemedBy()).isEqualTo("west");
        World.eventually()
                .until(() -> west.resources(Domain.class).withName(LINDEN).get() != null);
        assertThat(west.resources(Domain.class).withName("maple").get()).isNull();
        assertThat(link(east, "west.member").getSpec().domains()).containsExactly(LINDEN);
        well("west");
    }

    @Test
    @Order(9)
    void anotherReplicaTakesTheLinkOver() {
        var leader = east.pods().inNamespace(Installation.NAMESPACE).withLabel("vl3mesh.dev/leader", "true");
        String former = leader.list().getItems().getFirst().getMetadata().getName();
        east.pods()
                .inNamespace(Installation.NAMESPACE)
                .withName(former)
                .withGracePeriod(0)
                .delete();
        World.eventually()
                .until(() -> leader.list().getItems().stream()
                        .anyMatch(pod -> !pod.getMetadata().getName().equals(former)));
        World.eventually().untilAsserted(() -> {
            well("east");
            well("west");
        });
        World.eventually()
                .untilAsserted(() -> assertThat(Pods.initContainers(
                                west.resource(Pods.idle(HERE, "comes").build())
                                        .dryRun()
                                        .create()))
                        .containsExactly(Pods.GATE));
    }

    @Test
    @Order(10)
    void aReplayedInvitationIsRefused() {
        leave();
        refused(used, "the invitation was redeemed by cluster west before");
        scaleControl(replicas);
        join(invitation("--for", "west"));
        well("west");
        World.eventually()
                .until(() -> west.resources(Domain.class).withName("maple").get() != null);
    }
}
