package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/// What takes its time: roots that are replaced while admission goes on, addresses that nobody came for, and two
/// hundred pods at once. The first two run while the others do.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AdmissionInTimeST {
    private static final String HERE = "many";
    private static final String AMBER = "amber";
    private static final String ROOTS = "vl3-injector-roots";
    private static final int IDLE = 176;
    private static final int REAL = 24;
    /// Unclaimed addresses and trust in replaced roots end after minutes.
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private final Progress progress = new Progress(System.out, false);
    private final Lab lab;
    private final LabCluster cluster;
    private final World world;
    private final KubernetesClient client;
    private Set<String> unclaimed = Set.of();
    private String formerRoot = "";

    AdmissionInTimeST(Lab lab) {
        this.lab = lab;
        this.cluster = lab.cluster("east");
        this.world = new World(lab);
        this.client = world.client("east");
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(AMBER, "172.28.0.0/16", "fd00:28::/48");
        world.namespace("east", HERE, Map.of(Labels.DOMAINS, AMBER));
        world.apply("east", AdmissionInTimeST.class, "policy.yaml", Map.of());
        refuseAPod();
        formerRoot = root();
        client.secrets().inNamespace(Installation.NAMESPACE).withName(ROOTS).delete();
    }

    @AfterAll
    void leaveNothingBehind() {
        client.admissionRegistration()
                .v1()
                .validatingAdmissionPolicies()
                .withName("refuse-in-many")
                .delete();
        client.admissionRegistration()
                .v1()
                .validatingAdmissionPolicyBindings()
                .withName("refuse-in-many")
                .delete();
        Pods.leaveNothing(lab, world, AMBER);
    }

    /// Admission gives it addresses, and then a policy refuses it.
    private void refuseAPod() {
        Pod pod = Pods.idle(HERE, "refused")
                .editMetadata()
                .addToLabels("refuse", "yes")
                .endMetadata()
                .build();
        World.eventually()
                .untilAsserted(() -> refused(() -> client.resource(pod).dryRun().create()));
        assertThat(Pods.attachments(client, AMBER)).isEmpty();
        refused(() -> client.resource(pod).create());
        unclaimed = names(Pods.attachments(client, AMBER));
        assertThat(unclaimed).hasSize(1);
    }

    private static void refused(ThrowingCallable creation) {
        assertThatThrownBy(creation)
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("refused by a later policy");
    }

    private static Set<String> names(List<Attachment> attachments) {
        return attachments.stream()
                .map(attachment -> attachment.getMetadata().getName())
                .collect(Collectors.toSet());
    }

    private String root() {
        return World.eventually()
                .ignoreExceptions()
                .until(
                        () -> new String(
                                Base64.getDecoder()
                                        .decode(client.secrets()
                                                .inNamespace(Installation.NAMESPACE)
                                                .withName(ROOTS)
                                                .require()
                                                .getData()
                                                .get("root-0.crt")),
                                StandardCharsets.US_ASCII),
                        text -> !text.isEmpty());
    }

    private List<String> bundles() {
        List<String> bundles = new ArrayList<>();
        var registration = client.admissionRegistration().v1();
        registration
                .mutatingWebhookConfigurations()
                .withName("vl3-injector")
                .require()
                .getWebhooks()
                .forEach(hook -> bundles.add(hook.getClientConfig().getCaBundle()));
        registration
                .validatingWebhookConfigurations()
                .withName("vl3-injector")
                .require()
                .getWebhooks()
                .forEach(hook -> bundles.add(hook.getClientConfig().getCaBundle()));
        return bundles.stream()
                .map(bundle -> new String(Base64.getDecoder().decode(bundle), StandardCharsets.US_ASCII))
                .toList();
    }

    @Test
    @Order(1)
    void rootsThatAreDeletedAreMadeAnewWhileAdmissionGoesOn() {
        Pod pod = Pods.idle(HERE, "while-roots-change").build();
        World.eventually().untilAsserted(() -> {
            assertThat(Pods.addresses(client.resource(pod).dryRun().create())).containsKey(AMBER);
            assertThat(root()).isNotEqualTo(formerRoot);
            assertThat(bundles()).allSatisfy(bundle -> assertThat(bundle).contains(root(), formerRoot));
        });
        assertThat(Pods.addresses(client.resource(pod).create())).containsKey(AMBER);
    }

    @Test
    @Order(2)
    void twoHundredPodsAtOnceHaveTwoHundredPlaces() throws Exception {
        List<Callable<Pod>> wishes = new ArrayList<>();
        IntStream.range(0, IDLE)
                .forEach(i -> wishes.add(() ->
                        client.resource(Pods.idle(HERE, "idle-" + i).build()).create()));
        IntStream.range(0, REAL)
                .forEach(i -> wishes.add(() -> client.resource(Pods.idle(HERE, "real-" + i)
                                .editSpec()
                                .withNodeSelector(null)
                                .endSpec()
                                .build())
                        .create()));
        double start = progress.seconds();
        List<Pod> pods = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Pod> pod : threads.invokeAll(wishes)) {
                pods.add(pod.get());
            }
        }
        double admitted = progress.seconds();
        Set<String> addresses = new HashSet<>();
        for (Pod pod : pods) {
            List<String> own = Objects.requireNonNull(Pods.addresses(pod).get(AMBER), pod.toString());
            assertThat(own)
                    .hasSize(2)
                    .allSatisfy(address -> assertThat(addresses.add(address))
                            .as("nobody else has " + address)
                            .isTrue());
        }
        Set<String> uids = pods.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
        World.eventually()
                .untilAsserted(() -> assertThat(Pods.attachments(client, AMBER).stream()
                                .map(attachment -> attachment.getStatus() == null
                                        ? "nobody"
                                        : String.valueOf(attachment.getStatus().podUid())))
                        .containsAll(uids));
        double bound = progress.seconds();
        World.eventually()
                .until(() -> client.pods().inNamespace(HERE).list().getItems().stream()
                                .filter(pod -> pod.getMetadata().getName().startsWith("real-"))
                                .filter(Readiness::isPodReady)
                                .count()
                        == REAL);
        progress.step("%d pods: admitted in %.1f s, bound after %.1f s, the %d real ones ready after %.1f s"
                .formatted(IDLE + REAL, admitted - start, bound - start, REAL, progress.seconds() - start));
    }

    @Test
    @Order(3)
    void noAddressIsLostWhenTheyAreGone() {
        client.pods().inNamespace(HERE).withGracePeriod(0).delete();
        World.eventually().until(() -> names(Pods.attachments(client, AMBER)), left -> unclaimed.containsAll(left));
    }

    @Test
    @Order(4)
    void anAddressThatNobodyCameForIsFreeAgain() {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .until(() -> Pods.attachments(client, AMBER).isEmpty());
        World.eventually()
                .until(() -> client.resources(AddressBlock.class).list().getItems().stream()
                        .filter(block -> block.getSpec().domain().equals(AMBER) && block.getStatus() != null)
                        .allMatch(block -> Objects.equals(block.getStatus().used(), 0)));
    }

    @Test
    @Order(5)
    void intheEndTheNewRootAloneIsTrustedAndServed() {
        String root = root();
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(bundles())
                        .allSatisfy(bundle -> assertThat(bundle).isEqualToIgnoringNewLines(root)));
        String address = client.services()
                .inNamespace(Installation.NAMESPACE)
                .withName("vl3-injector")
                .require()
                .getSpec()
                .getClusterIP();
        String host = "vl3-injector." + Installation.NAMESPACE + ".svc";
        assertThat(cluster.exec(
                        1,
                        "sh",
                        "-c",
                        "echo \"$1\" > /tmp/root.pem && curl -sS -o /dev/null -w '%{http_code}' --cacert /tmp/root.pem"
                                + " --resolve " + host + ":443:" + address + " https://" + host
                                + "/nothing; rm /tmp/root.pem",
                        "sh",
                        root))
                .isEqualTo("404");
    }
}
