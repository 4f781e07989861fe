package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Everything that makes pods, in a namespace that enforces Pod Security `restricted` and is in a domain.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkloadsST {
    private static final String HERE = "workloads";
    private static final String AMBER = "amber";

    private final Lab lab;
    private final World world;
    private final KubernetesClient client;

    WorkloadsST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.client = world.client("east");
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(AMBER, "172.28.0.0/16", "fd00:28::/48");
        world.namespace(
                "east", HERE, Map.of(Labels.DOMAINS, AMBER, "pod-security.kubernetes.io/enforce", "restricted"));
        world.apply("east", WorkloadsST.class, "workloads.yaml", Map.of());
    }

    @AfterAll
    void leaveNothingBehind() {
        Pods.leaveNothing(lab, world, AMBER);
    }

    private List<Pod> pods(String app) {
        return client.pods().inNamespace(HERE).withLabel("app", app).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    private List<Pod> ready(String app, int count) {
        return World.eventually()
                .alias(count + " pods of " + app + " are ready")
                .until(
                        () -> pods(app),
                        pods -> pods.size() == count && pods.stream().allMatch(Readiness::isPodReady));
    }

    private Optional<Attachment> attachment(String address) {
        return Pods.attachments(client, AMBER).stream()
                .filter(attachment -> attachment.getSpec().addresses().contains(address))
                .findFirst();
    }

    private static List<String> addresses(Pod pod) {
        return Pods.addresses(pod).getOrDefault(AMBER, List.of());
    }

    @ParameterizedTest
    @CsvSource({"db,2", "web,2", "each,1", "bare,1"})
    void everyKindOfWorkloadHasItsAddresses(String app, int count) {
        for (Pod pod : ready(app, count)) {
            attached(pod);
            TestPod inside = world.pod("east", HERE, pod.getMetadata().getName());
            Ran shown = inside.run("ip", "-o", "address", "show", "dev", "vl3-amber");
            assertThat(shown.out()).contains(addresses(pod));
        }
    }

    /// What admission wrote, and that the pod's uid is bound to it.
    private void attached(Pod pod) {
        assertThat(addresses(pod)).hasSize(2);
        Container gate = pod.getSpec().getInitContainers().getFirst();
        assertThat(gate.getName()).isEqualTo(Pods.GATE);
        assertThat(gate.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(gate.getSecurityContext().getRunAsNonRoot()).isTrue();
        World.eventually()
                .untilAsserted(() -> assertThat(attachment(addresses(pod).getFirst())
                                .orElseThrow()
                                .getStatus()
                                .podUid())
                        .isEqualTo(pod.getMetadata().getUid()));
    }

    @Test
    void thisNamespaceIsRestrictedIndeed() {
        Pod pod = Pods.idle(HERE, "unrestricted")
                .editSpec()
                .editFirstContainer()
                .withSecurityContext(null)
                .endContainer()
                .endSpec()
                .build();
        assertThatThrownBy(() -> client.resource(pod).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("violates PodSecurity \"restricted")
                .hasMessageNotContaining(Pods.GATE);
    }

    @Test
    void aPodThatIsNamedByTheApiServer() {
        Pod pod = client.resource(Pods.idle(HERE, "x")
                        .editMetadata()
                        .withName(null)
                        .withGenerateName("named-")
                        .endMetadata()
                        .build())
                .create();
        assertThat(pod.getMetadata().getName()).startsWith("named-");
        attached(pod);
        client.resource(pod).delete();
        World.eventually().until(() -> attachment(addresses(pod).getFirst()).isEmpty());
    }

    @Test
    void aJobIsInTheDomainAndGivesItsAddressBackWhenItIsDone() {
        Pod pod = World.eventually()
                .until(
                        () -> pods("once"),
                        pods -> pods.size() == 1
                                && "Succeeded"
                                        .equals(pods.getFirst().getStatus().getPhase()))
                .getFirst();
        assertThat(client.pods()
                        .inNamespace(HERE)
                        .withName(pod.getMetadata().getName())
                        .getLog())
                .contains(addresses(pod));
        World.eventually().until(() -> attachment(addresses(pod).getFirst()).isEmpty());
    }

    @Test
    void aDeploymentThatIsRolledHasAsManyAddressesAsPods() {
        Set<String> before = names(ready("web", 2));
        client.apps().deployments().inNamespace(HERE).withName("web").rolling().restart();
        World.eventually().until(() -> names(pods("web")).stream().noneMatch(before::contains));
        Set<String> after = names(ready("web", 2));
        World.eventually()
                .untilAsserted(() -> assertThat(Pods.attachments(client, AMBER).stream()
                                .map(attachment -> attachment.getStatus() == null
                                        ? "nobody"
                                        : String.valueOf(attachment.getStatus().pod()))
                                .filter(pod -> pod.startsWith("web-")))
                        .containsExactlyInAnyOrderElementsOf(after));
    }

    private static Set<String> names(List<Pod> pods) {
        Set<String> names = new TreeSet<>();
        pods.forEach(pod -> names.add(pod.getMetadata().getName()));
        return names;
    }

    @Test
    void anOrdinalGetsItsAddressBack() {
        ready("db", 2);
        Pod first = client.pods().inNamespace(HERE).withName("db-1").require();
        List<String> own = addresses(first);

        client.resource(first).withGracePeriod(0).delete();
        Pod second = World.eventually()
                .until(
                        () -> client.pods().inNamespace(HERE).withName("db-1").get(),
                        pod -> pod != null
                                && !pod.getMetadata()
                                        .getUid()
                                        .equals(first.getMetadata().getUid())
                                && Readiness.isPodReady(pod));
        assertThat(addresses(second)).isEqualTo(own);
        attached(second);

        client.apps().statefulSets().inNamespace(HERE).withName("db").scale(1);
        World.eventually()
                .until(() -> attachment(own.getFirst()).orElseThrow().getStatus().conditions().stream()
                        .anyMatch(condition -> condition.reason().equals("Released")));
        Condition released = Condition.of(
                        attachment(own.getFirst()).orElseThrow().getStatus().conditions(), Condition.READY)
                .orElseThrow();
        assertThat(released.status()).isEqualTo("False");
        assertThat(released.message())
                .startsWith("pod db-1 has ended; its addresses are kept for its successor until ");

        client.apps().statefulSets().inNamespace(HERE).withName("db").scale(2);
        ready("db", 2);
        Pod third = client.pods().inNamespace(HERE).withName("db-1").require();
        assertThat(addresses(third)).isEqualTo(own);
        attached(third);
    }
}
