package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.Agents;
import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Membership.Answer;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The command line on clusters that are well, and on one that is not.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ToolsST {
    private static final String HERE = "tools";
    private static final String ROWAN = "rowan";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Lab lab;
    private final World world;
    private final Membership membership;
    private final Path folder;
    private final Commands commands = new Commands(new Progress(System.out, false));

    ToolsST(Lab lab, @TempDir Path folder) {
        this.lab = lab;
        this.world = new World(lab);
        this.membership = new Membership(lab.kubeconfig(), new Progress(System.out, false));
        this.folder = folder;
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(ROWAN, "172.30.0.0/16", "fd00:30::/48");
        world.namespaceEverywhere(HERE, Map.of());
        world.start(
                PodPlan.of("east", HERE, "one", ROWAN),
                PodPlan.of("west", HERE, "other", ROWAN),
                PodPlan.of("east", HERE, "outside", "none"));
    }

    @AfterAll
    void leaveNothingBehind() {
        Pods.leaveNothing(lab, world, ROWAN);
    }

    private Answer ctl(int exitCode, String cluster, String... words) {
        Answer answer = membership.ctl(cluster, words);
        assertThat(answer.exitCode())
                .as(String.join(" ", words) + "\n" + answer.out() + answer.err())
                .isEqualTo(exitCode);
        return answer;
    }

    private JsonNode json(int exitCode, String cluster, String... words) throws IOException {
        String[] more = Arrays.copyOf(words, words.length + 2);
        more[words.length] = "-o";
        more[words.length + 1] = "json";
        return JSON.readTree(ctl(exitCode, cluster, more).out());
    }

    /// The first cells of the table whose header starts with a word.
    private static List<String> column(String printed, String header) {
        return printed.lines()
                .dropWhile(line -> !line.startsWith(header + " "))
                .skip(1)
                .takeWhile(line -> !line.isBlank())
                .map(line -> line.split(" {2,}")[0])
                .toList();
    }

    private static List<String> texts(JsonNode array, String field) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.path(field).asText()));
        return texts;
    }

    @Test
    @Order(1)
    void statusIsWell() throws IOException {
        for (String cluster : List.of("east", "west")) {
            Answer table = ctl(0, cluster, "status", "--wait", "--timeout", "90s");
            assertThat(table.out()).startsWith("cluster " + cluster + ": well\n");
            JsonNode seen = json(0, cluster, "status");
            assertThat(seen.path("well").asBoolean()).isTrue();
            assertThat(seen.path("problems")).isEmpty();
            assertThat(texts(seen.path("workloads"), "name"))
                    .isEqualTo(column(table.out(), "COMPONENT"))
                    .containsExactly("vl3-agent", "vl3-control", "vl3-injector");
            assertThat(texts(seen.path("links"), "cluster")).isEqualTo(column(table.out(), "LINK"));
            assertThat(texts(seen.path("domains"), "name"))
                    .isEqualTo(column(table.out(), "DOMAIN"))
                    .contains(ROWAN);
            assertThat(new TreeSet<>(column(table.out(), "NODE"))).containsExactly(cluster + "-1");
            assertThat(seen.path("nodes").has(cluster + "-1")).isTrue();
        }
    }

    @Test
    @Order(2)
    void checkFindsNothingMissing() throws IOException {
        Answer table = ctl(0, "east", "check");
        assertThat(table.out()).doesNotContain("MISSING");
        assertThat(texts(json(0, "east", "check"), "what"))
                .isEqualTo(column(table.out(), "CHECK"))
                .contains("control answers", "resource domains.vl3mesh.dev");
    }

    @Test
    @Order(2)
    void domainsAreListedAsTheyAre() throws IOException {
        Answer table = ctl(0, "west", "domains");
        JsonNode seen = json(0, "west", "domains");
        assertThat(texts(seen, "name")).isEqualTo(column(table.out(), "DOMAIN")).containsExactly(ROWAN);
        assertThat(table.out()).contains("172.30.0.0/16 fd00:30::/48", "vxlan (not encrypted)");
        assertThat(texts(seen, "home")).containsExactly("east");
    }

    @Test
    @Order(2)
    void aPodIsDescribed() throws IOException {
        // the probe of the other node comes a moment after the pod
        World.eventually()
                .untilAsserted(() -> assertThat(ctl(0, "east", "describe", "pod", "-n", HERE, "one")
                                .out())
                        .contains("west/west-1"));
        Answer table = ctl(0, "east", "describe", "pod", "-n", HERE, "one");
        JsonNode seen = json(0, "east", "describe", "pod", "-n", HERE, "one");
        assertThat(seen.path("pod").asText()).isEqualTo("tools/one");
        assertThat(texts(seen.path("places"), "domain")).containsExactly(ROWAN);
        assertThat(texts(seen.path("places"), "networkInterface")).containsExactly("vl3-rowan");
        List<String> addresses = world.pod("east", HERE, "one").addresses(ROWAN);
        assertThat(table.out()).contains(addresses).contains("west/west-1");
        seen.path("places")
                .get(0)
                .path("addresses")
                .forEach(address -> assertThat(addresses).contains(address.asText()));
        assertThat(ctl(1, "east", "describe", "pod", "-n", HERE, "nobody").err())
                .contains("there is no pod nobody in namespace tools of context east");
        ctl(1, "east", "describe", "pod", "-n", HERE, "outside");
    }

    @ParameterizedTest
    @Order(2)
    @CsvSource({"rowan,0,joins", "none,0,joins nothing", "unheard,1,joins", "rowan.rowan,1,refused"})
    void aManifestIsExplained(String label, int exitCode, String decision) throws IOException {
        Path manifest = Files.writeString(
                folder.resolve("pod.yaml"),
                Serialization.asYaml(Pods.idle(HERE, "planned")
                        .editMetadata()
                        .addToLabels(Labels.DOMAINS, label)
                        .endMetadata()
                        .build()));
        Answer text = ctl(exitCode, "east", "explain", "pod", "-f", manifest.toString());
        JsonNode seen = json(exitCode, "east", "explain", "pod", "-f", manifest.toString());
        assertThat(seen.path("decision").asText()).isEqualTo(decision);
        assertThat(text.out())
                .startsWith("pod tools/planned: " + decision)
                .contains(seen.path("reason").asText());
    }

    @Test
    @Order(2)
    void connectivityIsTriedOutOverBothClusters() throws IOException {
        JsonNode report = json(0, "east", "connectivity", "test", "--domain", ROWAN, "--contexts", "east,west");
        assertThat(report.path("well").asBoolean()).isTrue();
        assertThat(report.path("clusters").toString()).isEqualTo("[\"east\",\"west\"]");
        JsonNode probes = report.path("probes");
        assertThat(probes).isNotEmpty().allMatch(probe -> probe.path("ok").asBoolean());
        assertThat(new TreeSet<>(texts(probes, "family"))).contains("IPv4", "IPv6");
        assertThat(new TreeSet<>(texts(probes, "bytes"))).hasSizeGreaterThanOrEqualTo(3);
        for (String cluster : List.of("east", "west")) {
            assertThat(world.client(cluster).namespaces().list().getItems())
                    .extracting((Namespace namespace) -> namespace.getMetadata().getName())
                    .noneMatch(name -> name.startsWith("vl3-connectivity-"));
        }
    }

    @Test
    @Order(2)
    void colourAndWrongCalls() {
        assertThat(ctl(0, "east", "domains", "--color", "always").out()).contains("\u001B[");
        assertThat(ctl(0, "east", "domains").out()).doesNotContain("\u001B[");
        assertThat(ctl(2, "east", "status", "--nonsense").err()).contains("--nonsense");
        assertThat(ctl(2, "east", "desribe").err()).contains("desribe");
        assertThat(ctl(1, "north", "status").err()).contains("north");
    }

    @Test
    @Order(2)
    void bashCompletes() throws IOException {
        Path script = Files.writeString(
                folder.resolve("completion"), ctl(0, "east", "completion").out());
        Commands.Result loaded = commands.attempt(List.of(
                "bash",
                "-euc",
                "set +u; compopt() { :; }; . \"$1\"; complete -p vl3ctl; COMP_WORDS=(vl3ctl conn); COMP_CWORD=1; COMP_LINE='vl3ctl conn';"
                        + " COMP_POINT=11; $(complete -p vl3ctl | sed 's/.*-F \\([^ ]*\\).*/\\1/') vl3ctl conn vl3ctl;"
                        + " echo \"${COMPREPLY[@]}\"",
                "bash",
                script.toString()));
        assertThat(loaded.ok()).as(loaded.output()).isTrue();
        assertThat(loaded.output()).contains("vl3ctl").endsWith("connectivity\n");
    }

    @Test
    @Order(2)
    void kubectlFindsThePlugin() throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path kubectl = Files.writeString(
                bin.resolve("kubectl"),
                "#!/bin/sh\nexec '" + LabPaths.of(System.getenv()).peers().resolve("bin/kube") + "' kubectl \"$@\"\n");
        Files.setPosixFilePermissions(kubectl, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(
                bin.resolve("kubectl-vl3"), Path.of("../vl3ctl/bin/vl3ctl").toRealPath());
        Commands.Result result = commands.attempt(List.of(
                "/usr/bin/env",
                "KUBECONFIG=" + lab.kubeconfig(),
                "JAVA_HOME=" + System.getProperty("java.home"),
                "PATH=" + bin + ":" + System.getenv().getOrDefault("PATH", "/usr/bin:/bin"),
                "kubectl",
                "vl3",
                "status",
                "--context",
                "west"));
        assertThat(result.output()).startsWith("cluster west: well\n");
        assertThat(result.ok()).isTrue();
    }

    @Test
    @Order(3)
    void statusIsNotWellWithoutAnAgentAndWaitsUntilItIsBack() throws IOException {
        Agents agents = new Agents(lab.cluster("west"), world.client("west"));
        agents.hold();
        try {
            Answer table = ctl(1, "west", "status");
            assertThat(table.out()).startsWith("cluster west: not well\n").contains("vl3-agent: 0 of 0 pods are ready");
            assertThat(json(1, "west", "status").path("well").asBoolean()).isFalse();
            assertThat(ctl(1, "west", "status", "--wait", "--timeout", "2s").err())
                    .contains("waiting: vl3-agent: 0 of 0 pods are ready", "not well within 2s");
        } finally {
            agents.release();
        }
        ctl(0, "west", "status", "--wait", "--timeout", "90s");
    }
}
