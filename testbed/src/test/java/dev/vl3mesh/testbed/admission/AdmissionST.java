package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What admission refuses, and what it does beside others, on a real API server.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdmissionST {
    private static final String HERE = "admission";
    private static final String OUTSIDE = "admission-outside";
    private static final String AMBER = "amber";

    private final Lab lab;
    private final World world;
    private final KubernetesClient client;
    private final Kubectl kubectl;
    private final Path folder;

    AdmissionST(Lab lab, @TempDir Path folder) {
        this.lab = lab;
        this.world = new World(lab);
        this.client = world.client("east");
        this.kubectl = new Kubectl(LabPaths.of(System.getenv()), new Commands(new Progress(System.out, false)));
        this.folder = folder;
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(AMBER, "172.28.0.0/16", "fd00:28::/48");
        world.domain("olive", "172.29.0.0/16");
        world.namespace("east", HERE, Map.of(Labels.DOMAINS, AMBER));
        world.namespace("east", OUTSIDE, Map.of());
    }

    @AfterAll
    void leaveNothingBehind() {
        Pods.leaveNothing(lab, world, AMBER, "olive");
    }

    private Pod create(String name) {
        return client.resource(Pods.idle(HERE, name).build()).create();
    }

    private String refusal(Pod pod) {
        KubernetesClientException refusal = catchThrowableOfType(
                KubernetesClientException.class, () -> client.resource(pod).create());
        assertThat(refusal).as("the pod is refused").isNotNull();
        return String.valueOf(refusal.getMessage());
    }

    private Pod bound(Pod pod) {
        World.eventually()
                .until(() -> Pods.attachments(client, AMBER).stream()
                        .anyMatch(attachment -> attachment.getStatus() != null
                                && Objects.equals(
                                        attachment.getStatus().podUid(),
                                        pod.getMetadata().getUid())));
        return pod;
    }

    private static Pod annotated(String namespace, String name, @Nullable String attachments, @Nullable String claim) {
        return Pods.idle(namespace, name)
                .editMetadata()
                .addToAnnotations(attachments == null ? Map.of() : Map.of(Labels.ATTACHMENTS, attachments))
                .addToAnnotations(claim == null ? Map.of() : Map.of(Labels.CLAIM, claim))
                .endMetadata()
                .build();
    }

    private static Pod copyOf(Pod original, String name) {
        return annotated(
                HERE, name, Pods.annotation(original, Labels.ATTACHMENTS), Pods.annotation(original, Labels.CLAIM));
    }

    @Test
    void hostNetworkIsRefusedWithTheReason() {
        Pod pod = Pods.idle(HERE, "host")
                .editSpec()
                .withHostNetwork(true)
                .endSpec()
                .build();
        assertThat(refusal(pod))
                .contains(
                        "pod admission/host has hostNetwork: true",
                        "the namespace's label vl3mesh.dev/domains=amber",
                        "give the pod the label vl3mesh.dev/domains=none, or take hostNetwork away");
        pod.getMetadata().setLabels(Map.of(Labels.DOMAINS, "none"));
        assertThat(Pods.initContainers(client.resource(pod).create())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"amber\":[\"172.28.9.9\",\"fd00:28::909:909\"]} | 00112233445566778899aabbccddeeff | was not given"
                        + " to this pod",
                "{\"amber\":[\"172.28.9.9\"]} | | only one of the two is there",
                "| 00112233445566778899aabbccddeeff | only one of the two is there",
                "{\"olive\":[\"172.29.9.9\"]} | 00112233445566778899aabbccddeeff | has addresses in [olive] but joins"
                        + " [amber]",
                "{\"amber\":[\"here\"]} | 00112233445566778899aabbccddeeff | here",
                "{\"amber\":[null]} | 00112233445566778899aabbccddeeff | is not JSON of the form",
                "{\"amber\":{}} | 00112233445566778899aabbccddeeff | is not JSON of the form",
                "null | 00112233445566778899aabbccddeeff | is not JSON of the form",
                "{\"amber\":[\"172.28.9.9\",\"fd00:28::909:909\"]} | dry-run-0011 | was not given to this pod",
            })
    void madeUpAnnotationsAreRefused(@Nullable String attachments, @Nullable String claim, String why) {
        assertThat(refusal(annotated(HERE, "forged", attachments, claim)))
                .contains("vl3mesh: ", why, "are written by vl3mesh alone: remove them from the pod");
    }

    @Test
    void annotationsOfAnotherPodAreRefused() {
        Pod original = bound(create("original"));
        assertThat(refusal(copyOf(original, "copy")))
                .contains("is that of pod admission/original", "remove them from the pod");
    }

    @Test
    void annotationsOfAStatefulSetsPodAreRefusedAlsoWhenItIsGone() {
        var set = client.resource(Pods.idleSet(HERE, "set")).create();
        Pod original = bound(World.eventually()
                .until(() -> client.pods().inNamespace(HERE).withName("set-0").get(), Objects::nonNull));
        assertThat(refusal(copyOf(original, "copy"))).contains("was not given to this pod");
        client.resource(set).delete();
        World.eventually()
                .until(() -> client.pods().inNamespace(HERE).withName("set-0").get() == null);
        assertThat(refusal(copyOf(original, "copy"))).contains("was not given to this pod");
    }

    @Test
    void aPodThatOnlyClaimsToBeAttachedIsRefused() {
        Pod pod = Pods.idle(OUTSIDE, "marked")
                .editMetadata()
                .addToLabels(Labels.ATTACHED, "true")
                .endMetadata()
                .build();
        assertThat(refusal(pod)).contains("the pod joins no domain", "vl3mesh.dev/attached", "remove them");
    }

    @Test
    void theGatesNameIsTaken() {
        Pod pod = Pods.idle(HERE, "gate")
                .editSpec()
                .addToInitContainers(Pods.sleeping().edit().withName(Pods.GATE).build())
                .endSpec()
                .build();
        assertThat(refusal(pod)).contains("container name vl3-wait is vl3mesh's own: rename the container");
    }

    @Test
    void whatWasGivenToAPodIsNeverChanged() {
        Pod pod = create("steady");
        for (String key : List.of(Labels.ATTACHMENTS, Labels.CLAIM)) {
            for (@Nullable String value : new String[] {"{\"amber\":[\"172.28.0.2\"]}", null}) {
                String change = value == null ? key + "-" : key + "=" + value;
                refused(change(pod, "annotate", change), "annotation " + key, "make a new pod for another place");
            }
        }
        refused(change(pod, "label", Labels.ATTACHED + "-"), "label vl3mesh.dev/attached is written by vl3mesh alone");
        Commands.Result moved = change(pod, "label", "vl3mesh.dev/domains=none");
        assertThat(moved.output())
                .contains("Warning: label vl3mesh.dev/domains is read when a pod is created", "delete it to move it");
        assertThat(moved.ok()).isTrue();
    }

    private Commands.Result change(Pod pod, String verb, String change) {
        String name = pod.getMetadata().getName();
        return kubectl.attempt("east", "-n", HERE, verb, "--overwrite", "pod", name, change);
    }

    private static void refused(Commands.Result result, String... words) {
        assertThat(result.ok()).as(result.output()).isFalse();
        assertThat(result.output()).contains(words);
    }

    private int usedAddresses() {
        return client.resources(AddressBlock.class).list().getItems().stream()
                .filter(block -> block.getSpec().domain().equals(AMBER) && block.getStatus() != null)
                .mapToInt(block -> Objects.requireNonNullElse(block.getStatus().used(), 0))
                .sum();
    }

    private String dryRun(Pod pod) throws IOException {
        Path manifest = Files.writeString(folder.resolve("dry.yaml"), Serialization.asYaml(pod));
        return kubectl.run("east", "create", "--dry-run=server", "-o", "json", "-f", manifest.toString());
    }

    @Test
    void aDryRunAllocatesNothing() throws IOException {
        bound(create("before-dry-runs"));
        int count = Pods.attachments(client, AMBER).size();
        World.eventually().until(() -> usedAddresses() == count);
        for (int i = 0; i < 5; i++) {
            Pod shown = Serialization.unmarshal(dryRun(Pods.idle(HERE, "dry").build()), Pod.class);
            assertThat(Pods.addresses(shown).get(AMBER)).hasSize(2);
            assertThat(Pods.initContainers(shown)).containsExactly(Pods.GATE);
            assertThat(refusal(copyOf(shown, "dry"))).contains("was not given to this pod");
        }
        assertThat(Pods.attachments(client, AMBER)).hasSize(count);
        bound(create("after-dry-runs"));
        World.eventually().until(() -> usedAddresses() == count + 1);
    }

    @Test
    void worksBesideAWebhookThatAddsInitContainersAndChangesLabels() throws IOException {
        String patch =
                "[{'op':'add','path':'/spec/initContainers/0','value':{'name':'other','image':'vl3mesh/toolbox:dev'}},"
                        + "{'op':'add','path':'/metadata/labels/changed','value':'yes'}]";
        try (OtherWebhook other = new OtherWebhook(client, lab.hostAddress(), HERE, patch.replace('\'', '"'))) {
            dryRunUntilAsked(other);
            int before = Pods.attachments(client, AMBER).size();
            Pod pod = bound(create("beside"));
            assertThat(Pods.initContainers(pod)).containsExactly(Pods.GATE, "other");
            assertThat(pod.getMetadata().getLabels()).containsEntry("changed", "yes");
            assertThat(Pods.attachments(client, AMBER))
                    .as("asking again takes no second address")
                    .hasSize(before + 1);
            Pod shown =
                    Serialization.unmarshal(dryRun(Pods.idle(HERE, "dry-beside").build()), Pod.class);
            assertThat(Pods.initContainers(shown)).containsExactly(Pods.GATE, "other");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[{'op':'replace','path':'/metadata/annotations/vl3mesh.dev~1claim','value':'1'}] | was not given to"
                        + " this pod",
                "[{'op':'add','path':'/metadata/labels/vl3mesh.dev~1domains','value':'olive'}] | has addresses in"
                        + " [amber] but joins [olive]",
            })
    void aWebhookThatSpoilsThePodIsNamed(String patch, String why) {
        Pod spoilt = Pods.idle(HERE, "spoilt").build();
        try (OtherWebhook other = new OtherWebhook(client, lab.hostAddress(), HERE, patch.replace('\'', '"'))) {
            dryRunUntilAsked(other);
            assertThat(refusal(spoilt)).contains("vl3mesh: ", why);
        }
    }

    /// The API server learns of a new webhook a moment after it was registered.
    private void dryRunUntilAsked(OtherWebhook other) {
        World.eventually().ignoreException(KubernetesClientException.class).until(() -> {
            if (other.calls() == 0) {
                client.resource(Pods.idle(HERE, "nobody").build()).dryRun().create();
            }
            return other.calls() > 0;
        });
    }

    @Test
    void whatAWebhookTakesFromThePodIsPutBack() {
        String patch = "[{'op':'remove','path':'/metadata/labels/vl3mesh.dev~1attached'},"
                + "{'op':'remove','path':'/spec/initContainers'}]";
        try (OtherWebhook other = new OtherWebhook(client, lab.hostAddress(), HERE, patch.replace('\'', '"'))) {
            dryRunUntilAsked(other);
            Pod pod = bound(create("robbed"));
            assertThat(Pods.initContainers(pod)).containsExactly(Pods.GATE);
            assertThat(pod.getMetadata().getLabels()).containsEntry(Labels.ATTACHED, "true");
        }
    }

    @Test
    void podsOfOtherNamespacesAreLeftAlone() {
        Pod pod = client.resource(Pods.idle(OUTSIDE, "other").build()).create();
        assertThat(Pods.initContainers(pod)).isEmpty();
        assertThat(pod.getMetadata().getAnnotations()).isNullOrEmpty();
        assertThat(pod.getSpec().getDnsPolicy()).isEqualTo("ClusterFirst");
    }
}
