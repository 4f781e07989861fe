package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.Invitation;
import dev.vl3mesh.api.v1alpha1.InvitationSpec;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.admission.AuditLog.Use;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// What we may do in a cluster is what we do there, and no more: the API servers' audit logs of the whole run, compared
/// with the roles that the chart has made. Comes last, when everything has been done that we ever do.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Order(Integer.MAX_VALUE - 10)
class RbacST {
    /// Granted, and not used in a test run.
    private static final Map<String, String> RARE = new TreeMap<>(Map.of(
            "vl3-control: get addressblocks.vl3mesh.dev",
            "two leaders, for a moment, lease the same block",
            "vl3-control: update secrets in vl3mesh-system",
            "the link's certificate is renewed after days",
            "vl3-control: update configmaps in vl3mesh-system",
            "the address that a home is reached at changes, or its signing key is made anew",
            "vl3-injector: get namespaces",
            "the first pod of a namespace that the watch has not told of yet",
            "vl3-injector: get domains.vl3mesh.dev",
            "the first pod of a domain that the watch has not told of yet",
            "vl3-injector: get attachments.vl3mesh.dev",
            "a pod is validated before the watch told of what the other replica gave it",
            "vl3-injector: delete attachments.vl3mesh.dev",
            "a pod that joins two domains gets addresses in one and none in the other",
            "vl3-injector: update secrets [vl3-injector-roots] in vl3mesh-system",
            "roots are renewed after months"));

    private final Lab lab;
    private final World world;
    private final Membership membership;
    private final Set<Use> uses = new HashSet<>();
    private final Set<Grant> grants = new HashSet<>();

    RbacST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.membership = new Membership(lab.kubeconfig(), new Progress(System.out, false));
    }

    @BeforeAll
    void doEverythingOnce() throws IOException {
        live();
        renewRoots();
        leaveAndJoin();
        for (LabCluster cluster : lab.clusters()) {
            uses.addAll(AuditLog.uses(cluster, Installation.NAMESPACE));
            grants.addAll(Grant.of(world.client(cluster.name()), Installation.NAMESPACE));
        }
    }

    @AfterAll
    void leaveNothingBehind() {
        Pods.leaveNothing(lab, world, "larch");
    }

    /// A domain comes, changes and serves pods; an invitation is forgotten.
    private void live() {
        world.domain("larch", "172.30.0.0/16");
        KubernetesClient east = world.client("east");
        KubernetesClient west = world.client("west");
        east.resources(Domain.class).withName("larch").edit(domain -> {
            domain.setSpec(
                    new DomainSpec(domain.getSpec().prefixes(), domain.getSpec().carrier(), 1400, List.of()));
            return domain;
        });
        World.eventually()
                .until(() -> Integer.valueOf(1400)
                        .equals(west.resources(Domain.class)
                                .withName("larch")
                                .require()
                                .getSpec()
                                .mtu()));
        world.namespaceEverywhere("rbac", Map.of(Labels.DOMAINS, "larch"));
        for (KubernetesClient client : List.of(east, west)) {
            Pod pod =
                    client.resource(Pods.idle("rbac", "comes-and-goes").build()).create();
            World.eventually()
                    .until(() -> Pods.attachments(client, "larch").stream().allMatch(a -> a.getStatus() != null));
            client.resource(pod).delete();
            World.eventually().until(() -> Pods.attachments(client, "larch").isEmpty());
            comeBack(client);
        }
        Invitation old = new Invitation();
        old.setMetadata(new ObjectMetaBuilder().withName("forgotten").build());
        old.setSpec(new InvitationSpec(
                null, List.of(), Instant.now().minus(2, ChronoUnit.DAYS).toString(), "0".repeat(64)));
        east.resource(old).create();
        World.eventually().until(() -> east.resource(old).get() == null);
    }

    /// A StatefulSet's pod has a successor.
    private static void comeBack(KubernetesClient client) {
        StatefulSet set = client.resource(Pods.idleSet("rbac", "comes-back")).create();
        var pod = client.pods().inNamespace("rbac").withName("comes-back-0");
        World.eventually()
                .until(() -> Pods.attachments(client, "larch").stream().anyMatch(a -> a.getStatus() != null));
        String former = pod.require().getMetadata().getUid();
        pod.delete();
        World.eventually()
                .until(() ->
                        pod.get() != null && !pod.get().getMetadata().getUid().equals(former));
        client.resource(set).delete();
        World.eventually().until(() -> pod.get() == null);
    }

    private void renewRoots() {
        for (LabCluster cluster : lab.clusters()) {
            var roots = world.client(cluster.name())
                    .secrets()
                    .inNamespace(Installation.NAMESPACE)
                    .withName("vl3-injector-roots");
            String former = roots.require().getMetadata().getUid();
            roots.delete();
            World.eventually()
                    .until(() -> roots.get() != null
                            && !roots.get().getMetadata().getUid().equals(former));
        }
    }

    private void leaveAndJoin() {
        run("west", "leave");
        String invitation = run("east", "invite", "--for", "west").strip();
        run("west", "join", invitation);
        run("west", "status", "--wait", "--timeout", "60s");
    }

    private String run(String cluster, String... words) {
        Membership.Answer answer = membership.ctl(cluster, words);
        assertThat(answer.exitCode()).as(answer.err() + answer.out()).isZero();
        return answer.out();
    }

    /// An API server that has just started forbids for a moment what it allows otherwise: it has not read its rules
    /// yet.
    @Test
    void nothingThatWeDoIsForbidden() {
        assertThat(uses).isNotEmpty();
        assertThat(uses.stream().filter(use -> !use.allowed() && !uses.contains(use.whenAllowed())))
                .isEmpty();
    }

    @Test
    void everythingThatWeDoIsGrantedByTheChart() {
        assertThat(uses.stream()
                        .filter(Use::allowed)
                        .filter(use -> grants.stream().noneMatch(grant -> grant.covers(use))))
                .isEmpty();
    }

    @Test
    void nothingIsGrantedThatWeDoNotDo() {
        List<String> unused = new ArrayList<>();
        for (Grant grant : grants) {
            if (uses.stream().noneMatch(grant::covers)) {
                unused.add(grant.toString());
            }
        }
        assertThat(unused.stream().sorted().filter(grant -> !RARE.containsKey(grant)))
                .as("granted by the chart, used by nobody: take it away, or say why it is needed (RARE)")
                .isEmpty();
    }

    @Test
    void everyReasonIsAbout() {
        assertThat(RARE.keySet())
                .as("grants that have a reason here and are not given")
                .isSubsetOf(grants.stream().map(Grant::toString).toList());
    }

    @Test
    void nothingIsGrantedWiderThanWeUseIt() {
        List<Grant> wide = grants.stream()
                .filter(grant -> grant.namespace().isEmpty())
                .filter(grant -> uses.stream().anyMatch(grant::covers))
                .filter(grant -> uses.stream()
                        .filter(grant::covers)
                        .allMatch(use -> use.namespace().equals(Installation.NAMESPACE)))
                .toList();
        assertThat(wide)
                .as("granted everywhere, used in " + Installation.NAMESPACE + " alone: move it to the Role")
                .isEmpty();
    }

    @Test
    void agentsAskTheApiServerNothing() {
        assertThat(uses.stream().filter(use -> use.account().equals("vl3-agent")))
                .isEmpty();
        assertThat(grants.stream().filter(grant -> grant.account().equals("vl3-agent")))
                .isEmpty();
    }

    @Test
    void nothingIsGrantedWholesale() {
        assertThat(grants).noneMatch(grant -> grant.permission().toString().contains("*"));
        assertThat(grants)
                .noneMatch(grant -> Set.of("escalate", "bind", "impersonate")
                        .contains(grant.permission().verb()));
        assertThat(grants)
                .as("secrets of other namespaces are nobody's business")
                .noneMatch(grant -> grant.namespace().isEmpty()
                        && grant.permission().resource().equals("secrets"));
    }
}
