package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.LabPaths;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The policies with which Istio tests itself, taken out of the very module that istiod is built from, do in a mesh
/// over
/// several clusters what they do in one cluster. `docs/istio.md` says which of them don't apply.
interface IstiosPolicies {
    String OTHERS = "others";

    /// Where they are tried.
    MeshWorld mesh();

    /// A call under a policy.
    ///
    /// @param header to be sent; `-` for none
    record Case(String template, String caller, String method, String path, String header, boolean allowed) {
        static Case parse(String line) {
            String[] words = line.split(" ", -1);
            return new Case(words[0], words[1], words[2], words[3], words[4], words[5].equals("yes"));
        }
    }

    /// Who calls from another namespace.
    default void makeOthers() {
        mesh().world().namespace("east", OTHERS, Map.of("vl3mesh.dev/domains", MeshWorld.DOMAIN));
        mesh().write("east", "other-client.yaml", Map.of());
        World.awaitReady(other());
    }

    private TestPod other() {
        return mesh().world().pod("east", OTHERS, "client");
    }

    private static Stream<Case> cases() {
        return World.text(IstiosPolicies.class, "istios-policies.txt")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(Case::parse);
    }

    static Stream<String> templates() {
        return cases().map(Case::template).distinct();
    }

    @ParameterizedTest
    @MethodSource("templates")
    default void aPolicyOfIstiosOwnTestsDoesWhatItDoesThere(String template) {
        KubernetesClient west = mesh().world().client("west");
        List<HasMetadata> policies = west.load(
                        new ByteArrayInputStream(rendered(template).getBytes(StandardCharsets.UTF_8)))
                .items();
        policies.forEach(
                policy -> west.resource(policy).inNamespace(MeshWorld.DOMAIN).serverSideApply());
        World.eventually()
                .untilAsserted(() -> assertThat(policies)
                        .allSatisfy(policy -> assertThat(
                                        MeshWorld.condition((GenericKubernetesResource) west.resource(policy)
                                                .inNamespace(MeshWorld.DOMAIN)
                                                .get()))
                                .containsEntry("status", "True")));
        cases().filter(one -> one.template().equals(template))
                .forEach(one -> World.eventually()
                        .untilAsserted(() ->
                                assertThat(answer(one)).as(one.toString()).isEqualTo(one.allowed() ? "200" : "403")));
        policies.forEach(
                policy -> west.resource(policy).inNamespace(MeshWorld.DOMAIN).delete());
    }

    private String answer(Case one) {
        List<String> command = new ArrayList<>(List.of(
                "curl", "-s", "-m", "5", "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", "-X", one.method()));
        if (!one.header().equals("-")) {
            command.addAll(List.of("-H", one.header()));
        }
        command.add("http://web.meshed.svc.meshed.vl3.internal" + one.path());
        TestPod caller = one.caller().equals("allowed") ? mesh().client("east") : other();
        return caller.run(command.toArray(String[]::new)).out();
    }

    /// As Go's templates would be, of which these use no more than values.
    private String rendered(String template) {
        String text;
        try {
            text = Files.readString(
                    LabPaths.of(System.getenv()).peers().resolve("istio/authz").resolve(template + ".yaml.tmpl"));
        } catch (IOException e) {
            throw new UncheckedIOException("a policy of Istio's tests", e);
        }
        String domain = MeshWorld.DOMAIN + ".vl3.internal";
        Map<String, String> values = Map.ofEntries(
                Map.entry(".To.ServiceName", "web"),
                Map.entry(".To.NamespaceName", MeshWorld.DOMAIN),
                Map.entry(".To.ClusterLocalFQDN", "web.meshed.svc." + domain),
                Map.entry(".To.Config.Namespace.Prefix", MeshWorld.DOMAIN),
                Map.entry(".Namespace.Prefix", MeshWorld.DOMAIN),
                Map.entry("(.To.PortForName `http`).WorkloadPort", "8080"),
                Map.entry("( .To.PortForName `http` ).WorkloadPort", "8080"),
                Map.entry("(.To.PortForName `http2`).WorkloadPort", "8079"),
                Map.entry("(.To.PortForName `grpc`).WorkloadPort", "8079"),
                Map.entry("(.To.PortForName `tcp`).WorkloadPort", "8078"),
                Map.entry(".Allowed.NamespaceName", MeshWorld.DOMAIN),
                Map.entry(".Allowed.NamespacedName", MeshWorld.DOMAIN + "/client"),
                Map.entry(".Allowed.SpiffeIdentity", domain + "/ns/" + MeshWorld.DOMAIN + "/sa/client"),
                Map.entry(".Denied.NamespaceName", OTHERS),
                Map.entry(".Denied.SpiffeIdentity", domain + "/ns/" + OTHERS + "/sa/client"),
                Map.entry(".Allowed.MustWorkloads.Addresses | toJson", addresses(mesh().client("east"))),
                Map.entry(".Denied.MustWorkloads.Addresses | toJson", addresses(other())),
                Map.entry(".To.MustWorkloads.Addresses | toJson", addresses(mesh().web("east"), mesh().web("west"))));
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("{{ " + value.getKey() + " }}", value.getValue());
        }
        assertThat(text).as(template).doesNotContain("{{ ");
        return text.replace("\"cluster.local\"", "\"" + domain + "\"");
    }

    private static String addresses(TestPod... pods) {
        return Stream.of(pods)
                .flatMap(
                        pod -> Stream.of(IpFamily.V4, IpFamily.V6).map(family -> pod.address(MeshWorld.DOMAIN, family)))
                .collect(Collectors.joining("\", \"", "[\"", "\"]"));
    }
}
