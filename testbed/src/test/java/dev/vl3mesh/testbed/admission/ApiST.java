package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The API as its users meet it: what they may leave out, what they see, and what they are told when it can't be.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiST {
    private static final String HERE = "api";
    private static final String CEDAR = "cedar";

    private final Lab lab;
    private final World world;
    private final KubernetesClient east;
    private final KubernetesClient west;
    private final Kubectl kubectl;
    private final Path folder;

    ApiST(Lab lab, @TempDir Path folder) {
        this.lab = lab;
        this.world = new World(lab);
        this.east = world.client("east");
        this.west = world.client("west");
        this.kubectl = new Kubectl(LabPaths.of(System.getenv()), new Commands(new Progress(System.out, false)));
        this.folder = folder;
    }

    /// The least that a user writes.
    @BeforeAll
    void makeTheWorld() throws IOException {
        assertThat(apply("""
            apiVersion: vl3mesh.dev/v1alpha1
            kind: Domain                      # cluster-scoped, written in the home cluster, seen read-only in the others
            metadata: {name: cedar}
            spec:
              prefixes: [172.30.0.0/16, "fd00:30::/48"]
              carrier: vxlan                  # left out: auto = encrypted
            """).output()).isEqualTo("domain.vl3mesh.dev/cedar created\n");
        for (KubernetesClient client : List.of(east, west)) {
            World.eventually().until(() -> holds(client, CEDAR, Condition.READY, "True"));
        }
        world.namespace("east", HERE, Map.of(Labels.DOMAINS, CEDAR));
        east.resource(Pods.idle(HERE, "first").build()).create();
        World.eventually().until(() -> Pods.attachments(east, CEDAR).stream().allMatch(a -> a.getStatus() != null));
    }

    @AfterAll
    void leaveNothingBehind() {
        east.resources(Domain.class).withName(CEDAR).delete();
        Pods.leaveNothing(lab, world, CEDAR);
    }

    private Commands.Result apply(String manifest) throws IOException {
        Path file = Files.writeString(folder.resolve("manifest.yaml"), manifest);
        return kubectl.attempt("east", "apply", "-f", file.toString());
    }

    private Commands.Result applyDomain(String name, String spec) throws IOException {
        return apply("{apiVersion: vl3mesh.dev/v1alpha1, kind: Domain, metadata: {name: %s}, spec: {%s}}"
                .formatted(name, spec));
    }

    private static DomainStatus status(KubernetesClient client, String name) {
        Domain domain = client.resources(Domain.class).withName(name).get();
        return domain == null ? DomainStatus.NONE : Objects.requireNonNullElse(domain.getStatus(), DomainStatus.NONE);
    }

    private static boolean holds(KubernetesClient client, String name, String type, String wanted) {
        return Condition.of(status(client, name).conditions(), type)
                .filter(condition -> condition.status().equals(wanted))
                .isPresent();
    }

    private static String message(KubernetesClient client, String name, String type) {
        return Condition.of(status(client, name).conditions(), type)
                .map(Condition::message)
                .orElse("");
    }

    private void delete(String... names) {
        for (String name : names) {
            east.resources(Domain.class).withName(name).delete();
        }
        World.eventually()
                .until(() -> Arrays.stream(names)
                        .allMatch(name ->
                                west.resources(Domain.class).withName(name).get() == null));
    }

    @Test
    void columnsAndShortNames() {
        assertThat(columns("vl3d"))
                .containsExactlyInAnyOrder(
                        "NAME", "AGE", "PREFIXES", "CARRIER", "ENCRYPTED", "HOME", "MTU", "PODS", "ADDRESSES", "READY");
        assertThat(columns("vl3a"))
                .containsExactlyInAnyOrder("NAME", "AGE", "DOMAIN", "ADDRESSES", "NAMESPACE", "POD", "NODE", "READY");
        assertThat(columns("vl3b"))
                .containsExactlyInAnyOrder("NAME", "AGE", "DOMAIN", "NUMBER", "CLUSTER", "PREFIXES", "USED");
        assertThat(columns("vl3l"))
                .containsExactlyInAnyOrder("NAME", "AGE", "ADDRESS", "ROLE", "CONNECTED", "LAST SEEN", "READY");
        assertThat(columns("vl3i")).containsExactlyInAnyOrder("NAME", "AGE", "CLUSTER", "EXPIRES", "REDEEMED BY");
        World.eventually()
                .untilAsserted(() -> assertThat(kubectl.run("east", "get", "domain", CEDAR))
                        .containsPattern("cedar +[0-9]+s +vxlan +\\[\"172.30.0.0/16\",\"fd00:30::/48\"] +61438 +1 +True"
                                + " +false +east"));
        assertThat(kubectl.run("east", "get", "vl3a"))
                .containsPattern("cedar\\.172-30-\\S+ +[0-9]+s +\\[\"172.30.\\S+\",\"fd00:30::\\S+\"] +cedar +api ");
    }

    private List<String> columns(String shortName) {
        String printed = kubectl.attempt("east", "get", shortName).output();
        if (printed.startsWith("No resources found")) {
            printed = kubectl.run("west", "get", shortName);
        }
        if (printed.startsWith("No resources found")) { // columns are shown of what is there: ask the definition
            printed = "NAME   " + String.join("   ", definedColumns(shortName)) + "\n";
        }
        return Arrays.stream(printed.lines().findFirst().orElse("").split(" {2,}"))
                .map(String::strip)
                .toList();
    }

    private List<String> definedColumns(String shortName) {
        return east.apiextensions().v1().customResourceDefinitions().list().getItems().stream()
                .filter(definition -> definition.getSpec().getNames().getShortNames() != null
                        && definition.getSpec().getNames().getShortNames().contains(shortName))
                .flatMap(definition ->
                        definition.getSpec().getVersions().getFirst().getAdditionalPrinterColumns().stream())
                .map(column -> column.getName())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "172.30.0.0/16 | a prefix can't be removed, changed or moved while pods may hold its addresses: append"
                        + " another",
                "172.31.0.0/16, 'fd00:30::/48' | a prefix can't be removed, changed or moved",
                "'fd00:30::/48', 172.30.0.0/16 | a prefix can't be removed, changed or moved",
            })
    void prefixesOnlyGrow(String prefixes, String why) throws IOException {
        Commands.Result refused = applyDomain(CEDAR, "prefixes: [" + prefixes.replace('\'', '"') + "], carrier: vxlan");
        assertThat(refused.ok()).isFalse();
        assertThat(refused.output()).contains(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "prefixes: [172.31.0.0/24], carrier: pigeon | carrier is one of auto, vxlan, wireguard,"
                        + " wireguard-userspace",
                "prefixes: [], carrier: vxlan | should have at least 1 items",
                "carrier: vxlan | spec.prefixes: Required value",
                "prefixes: [172.31.0.7/24], carrier: vxlan | each prefix is an address and a length, without bits"
                        + " behind the length, such as 172.16.0.0/16",
                "prefixes: [here], carrier: vxlan | each prefix is an address and a length",
                "prefixes: [172.31.0.0/24], carrier: vxlan, mtu: 1000 | spec.mtu in body should be greater than or"
                        + " equal to 1280",
                "prefixes: [169.254.0.0/16], carrier: vxlan | 169.254.0.0/16 overlaps",
                "prefixes: [\"fe80::/64\"], carrier: vxlan | fe80::/64 overlaps",
                "prefixes: [127.0.0.0/8], carrier: vxlan | 127.0.0.0/8 overlaps",
                "prefixes: [224.0.0.0/8], carrier: vxlan | 224.0.0.0/8 overlaps",
                "prefixes: [172.31.0.0/25], carrier: vxlan | has a length that is not from /8 to /24",
                "prefixes: [172.31.0.0/24, 172.31.0.0/24], carrier: vxlan | overlap",
                "prefixes: [\"fd00:31::/48\", \"fd00:32::/48\"], carrier: vxlan | at most one IPv6 prefix",
            })
    void whatCantBeIsRefusedWithTheRemedy(String spec, String why) throws IOException {
        Commands.Result refused = applyDomain("refused", spec);
        assertThat(refused.ok()).as(refused.output()).isFalse();
        assertThat(refused.output()).contains(why);
    }

    @Test
    void aDomainWithoutASpecIsRefused() throws IOException {
        assertThat(apply("{apiVersion: vl3mesh.dev/v1alpha1, kind: Domain, metadata: {name: refused}}")
                        .output())
                .contains("spec is missing: write its prefixes and its carrier");
    }

    @Test
    void whatTheClusterNeedsForItselfIsNotTakenFromIt() throws IOException {
        applyDomain("greedy", "prefixes: [10.0.0.0/8], carrier: vxlan");
        World.eventually()
                .untilAsserted(() -> assertThat(message(east, "greedy", "Accepted"))
                        .contains(
                                "prefix 10.0.0.0/8 overlaps 10.244.0.0/24, the pods of node east-1",
                                "prefix 10.0.0.0/8 overlaps 10.96.0.0/16, the cluster's services",
                                "which the domain's pods could not reach any more: choose another prefix"));
        assertThat(holds(east, "greedy", Condition.READY, "False")).isTrue();
        assertThat(message(east, "greedy", Condition.READY)).isEqualTo(message(east, "greedy", "Accepted"));
        assertThat(status(east, "greedy").vni())
                .as("a refused domain has no number")
                .isNull();
        World.eventually()
                .untilAsserted(() -> assertThat(events("greedy")).anySatisfy(event -> {
                    assertThat(event.getType()).isEqualTo("Warning");
                    assertThat(event.getReason()).isEqualTo("Refused");
                    assertThat(event.getNote()).contains("overlaps 10.96.0.0/16, the cluster's services");
                }));
        assertThat(west.resources(Domain.class).withName("greedy").get())
                .as("what is refused at home is not known elsewhere")
                .isNull();
        delete("greedy");
    }

    private List<Event> events(String domain) {
        return east.events().v1().events().inNamespace("default").list().getItems().stream()
                .filter(event -> event.getRegarding() != null
                        && "Domain".equals(event.getRegarding().getKind())
                        && domain.equals(event.getRegarding().getName()))
                .toList();
    }

    @Test
    void domainsThatShareAPodMayNotOverlap() throws IOException {
        applyDomain("cedar-twin", "prefixes: [172.30.64.0/18], carrier: vxlan");
        World.eventually().until(() -> holds(east, "cedar-twin", Condition.READY, "True"));
        Commands.Result refused = apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: torn, namespace: api, labels: {vl3mesh.dev/domains: cedar.cedar-twin}}
            spec: {containers: [{name: main, image: "vl3mesh/toolbox:dev"}]}
            """);
        assertThat(refused.output())
                .contains(
                        "prefix 172.30.0.0/16 overlaps 172.30.64.0/18 of domain cedar-twin",
                        "both domains meet in pod api/torn",
                        "choose another prefix, or keep the two domains' pods apart");
        world.namespace("east", "api-torn", Map.of(Labels.DOMAINS, "cedar.cedar-twin"));
        World.eventually()
                .untilAsserted(() -> assertThat(message(east, "cedar-twin", Condition.READY))
                        .contains(
                                "prefix 172.30.64.0/18 overlaps 172.30.0.0/16 of domain cedar",
                                "meet in namespace api-torn"));
        east.namespaces().withName("api-torn").delete();
        World.eventually().until(() -> holds(east, "cedar-twin", Condition.READY, "True"));
        delete("cedar-twin");
    }

    @Test
    void aPoolIsNeverSmallerThanWhatIsInUse() throws IOException {
        applyDomain("shrunk", "prefixes: [172.31.0.0/24], carrier: vxlan");
        World.eventually().until(() -> holds(east, "shrunk", Condition.READY, "True"));
        world.namespace("east", "api-shrunk", Map.of(Labels.DOMAINS, "shrunk"));
        World.eventually()
                .ignoreExceptions()
                .until(() ->
                        east.resource(Pods.idle("api-shrunk", "holder").build()).create() != null);
        World.eventually().until(() -> Pods.attachments(east, "shrunk").stream().allMatch(a -> a.getStatus() != null));
        delete("shrunk");
        applyDomain("shrunk", "prefixes: [172.31.128.0/24], carrier: vxlan");
        World.eventually()
                .untilAsserted(() -> assertThat(message(east, "shrunk", Condition.READY))
                        .contains(
                                "the pool is too small for what is in use: 1 pods hold addresses outside of"
                                        + " [172.31.128.0/24]",
                                "of pod api-shrunk/holder: append a prefix that holds them, or end these pods first"));
        east.namespaces().withName("api-shrunk").delete();
        World.eventually().until(() -> holds(east, "shrunk", Condition.READY, "True"));
        delete("shrunk");
    }

    @Test
    void aPoolGrowsLive() throws IOException {
        applyDomain("growing", "prefixes: [172.31.0.0/24], carrier: vxlan");
        World.eventually().until(() -> holds(east, "growing", Condition.READY, "True"));
        DomainStatus before = status(east, "growing");
        applyDomain("growing", "prefixes: [172.31.0.0/24, 172.31.16.0/20], carrier: vxlan");
        World.eventually().untilAsserted(() -> {
            Domain now = east.resources(Domain.class).withName("growing").require();
            assertThat(now.getMetadata().getGeneration()).isEqualTo(2);
            assertThat(now.getStatus().observedGeneration()).isEqualTo(2);
            assertThat(now.getStatus().conditions())
                    .extracting(Condition::observedGeneration)
                    .containsOnly(2L);
            assertThat(now.getStatus().addresses()).isEqualTo(Objects.requireNonNull(before.addresses()) + 4096);
            assertThat(status(west, "growing").addresses())
                    .isEqualTo(now.getStatus().addresses());
        });
        assertThat(status(east, "growing").vni()).isEqualTo(before.vni());
        delete("growing");
    }

    @Test
    void conditionsAndEventsAreSentences() {
        DomainStatus status = status(east, CEDAR);
        assertThat(status.conditions())
                .extracting(Condition::type)
                .containsExactlyInAnyOrder("Accepted", "Encrypted", "AddressesFree", "Ready");
        assertThat(status.conditions())
                .allMatch(condition -> condition.message().contains(" "));
        assertThat(holds(east, CEDAR, Condition.ENCRYPTED, "False")).isTrue();
        assertThat(message(east, CEDAR, Condition.READY))
                .isEqualTo("pods can join; packets between nodes are NOT encrypted");
        World.eventually()
                .untilAsserted(() -> assertThat(events(CEDAR))
                        .isNotEmpty()
                        .allMatch(event -> event.getNote().contains(" ")));
    }
}
