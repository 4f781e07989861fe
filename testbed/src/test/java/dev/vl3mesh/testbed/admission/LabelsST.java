package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vl3mesh.ctl.command.PodExplanation;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The table of docs/labels.md: what it says, what admission does, and what `vl3ctl explain pod` answers are one.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LabelsST {
    private static final Path PAGE = Path.of("../docs/labels.md");
    private static final String AMBER = "amber";
    private static final String BOTH = "amber.olive";

    private final Lab lab;
    private final World world;
    private final Membership membership;
    private final Path folder;

    LabelsST(Lab lab, @TempDir Path folder) {
        this.lab = lab;
        this.world = new World(lab);
        this.membership = new Membership(lab.kubeconfig(), new Progress(System.out, false));
        this.folder = folder;
    }

    /// The labels of a pod and of its namespace, null where there is none, and the domains that the pod then joins.
    private record Case(@Nullable String pod, @Nullable String namespace, SortedSet<String> domains) {
        @Override
        public String toString() {
            return "pod " + pod + ", namespace " + namespace + ": " + domains;
        }

        String name() {
            return "pod-" + (pod == null ? "absent" : pod.replace('.', '-'));
        }
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(AMBER, "172.28.0.0/16", "fd00:28::/48");
        world.domain("olive", "172.29.0.0/16");
        for (String label : new String[] {null, "none", AMBER, BOTH, "Amber"}) {
            world.namespace("east", namespace(label), label == null ? Map.of() : Map.of(Labels.DOMAINS, label));
        }
    }

    @AfterAll
    void leaveNothingBehind() {
        Pods.leaveNothing(lab, world, AMBER, "olive");
    }

    private static String namespace(@Nullable String label) {
        return label == null
                ? "labels-absent"
                : "labels-" + (label.equals("Amber") ? "unreadable" : label.replace('.', '-'));
    }

    /// The rows of the page, with every label that a cell stands for; its red and green are our amber and olive.
    private static List<Case> table() throws IOException {
        List<Case> cases = new ArrayList<>();
        List<String> rows = Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.startsWith("| the pod's label "))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        for (String row : rows) {
            List<String> cells =
                    Arrays.stream(row.split("\\|")).skip(1).map(String::strip).toList();
            SortedSet<String> domains = cells.get(2).equals("nothing")
                    ? new TreeSet<>()
                    : new TreeSet<>(Arrays.asList(ours(cells.get(2)).split(" and ")));
            for (@Nullable String pod : labels(cells.get(0))) {
                for (@Nullable String namespace : labels(cells.get(1))) {
                    cases.add(new Case(pod, namespace, domains));
                }
            }
        }
        return cases;
    }

    private static String ours(String text) {
        return text.replace("`", "").replace("red", AMBER).replace("green", "olive");
    }

    private static List<@Nullable String> labels(String cell) {
        if (cell.equals("anything")) {
            return Arrays.asList(null, "none", AMBER, BOTH);
        }
        List<@Nullable String> labels = new ArrayList<>();
        for (String word : ours(cell).split(" or ")) {
            labels.add(word.equals("absent") ? null : word);
        }
        return labels;
    }

    @TestFactory
    Stream<DynamicTest> pageAdmissionAndExplanationAreOne() throws IOException {
        List<Case> cases = new ArrayList<>(table());
        assertThat(cases).as("cases of " + PAGE).hasSize(11);
        cases.add(new Case("olive", AMBER, new TreeSet<>(List.of("olive"))));
        cases.add(new Case(null, AMBER, new TreeSet<>(List.of(AMBER))));
        return cases.stream().map(one -> DynamicTest.dynamicTest(one.toString(), () -> check(one)));
    }

    private void check(Case one) throws IOException {
        Pod written = pod(one.pod(), namespace(one.namespace()), one.name());
        PodExplanation before = explain(0, written, "-f", manifest(written));
        assertThat(new TreeSet<>(before.domains())).isEqualTo(one.domains());
        assertThat(before.decision()).isEqualTo(one.domains().isEmpty() ? "joins nothing" : "joins");

        Pod created = world.client("east").resource(written).create();
        assertThat(new TreeSet<>(Pods.addresses(created).keySet())).isEqualTo(one.domains());
        assertThat(Pods.initContainers(created)).isEqualTo(one.domains().isEmpty() ? List.of() : List.of(Pods.GATE));

        PodExplanation after = explain(0, created, one.name());
        assertThat(after.domains()).isEqualTo(before.domains());
        assertThat(after.reason()).isEqualTo(before.reason());
        assertThat(after.attached()).isEqualTo(!one.domains().isEmpty());
    }

    @TestFactory
    Stream<DynamicTest> whatCantBeUnderstoodIsRefusedInTheSameWords() {
        return Stream.of(
                        new String[] {"", AMBER, "is empty: write the names of domains separated by dots, or 'none'"},
                        new String[] {"amber.amber", null, "names 'amber' twice"},
                        new String[] {"Amber", null, "can't be read: "},
                        new String[] {null, "Amber", "can't be read: "},
                        new String[] {"amber.none", null, "can't be read: "})
                .map(row -> DynamicTest.dynamicTest(
                        "pod " + row[0] + ", namespace " + row[1],
                        () -> refused(pod(row[0], namespace(row[1]), "refused"), Objects.requireNonNull(row[2]))));
    }

    private void refused(Pod written, String why) throws IOException {
        PodExplanation explained = explain(1, written, "-f", manifest(written));
        assertThat(explained.decision()).isEqualTo("refused");
        assertThat(explained.reason()).contains(why);
        assertThat(refusal(written)).contains(explained.reason());
    }

    private String refusal(Pod written) {
        KubernetesClientException refusal = catchThrowableOfType(
                KubernetesClientException.class,
                () -> world.client("east").resource(written).create());
        assertThat(refusal).as("the pod is refused").isNotNull();
        return String.valueOf(refusal.getMessage());
    }

    @TestFactory
    Stream<DynamicTest> aDomainThatNobodyKnowsIsRefusedAndExplained() {
        return Stream.of("unheard", "amber.unheard")
                .map(label -> DynamicTest.dynamicTest(label, () -> {
                    Pod written = pod(label, namespace(null), "refused");
                    assertThat(explain(1, written, "-f", manifest(written)).obstacles())
                            .anyMatch(obstacle -> obstacle.contains("domain unheard is not known in this cluster"));
                    assertThat(refusal(written))
                            .contains("domain 'unheard' is not known in cluster east", "vl3ctl join");
                    assertThat(Pods.attachments(world.client("east"), AMBER))
                            .as("nothing is left of the half that could be had")
                            .noneMatch(attachment ->
                                    attachment.getSpec().namespace().equals(namespace(null))
                                            && attachment.getStatus() == null);
                }));
    }

    private static Pod pod(@Nullable String label, String namespace, String name) {
        PodBuilder pod = Pods.idle(namespace, name);
        return label == null
                ? pod.build()
                : pod.editMetadata()
                        .addToLabels(Labels.DOMAINS, label)
                        .endMetadata()
                        .build();
    }

    private String manifest(Pod pod) throws IOException {
        return Files.writeString(folder.resolve("pod.yaml"), Serialization.asYaml(pod))
                .toString();
    }

    private PodExplanation explain(int exitCode, Pod pod, String... which) {
        List<String> words = new ArrayList<>(List.of("explain", "pod", "-o", "json"));
        words.addAll(List.of("-n", pod.getMetadata().getNamespace()));
        words.addAll(List.of(which));
        Membership.Answer answer = membership.ctl("east", words.toArray(String[]::new));
        assertThat(answer.exitCode()).as(answer.err() + answer.out()).isEqualTo(exitCode);
        return Serialization.unmarshal(answer.out(), PodExplanation.class);
    }
}
