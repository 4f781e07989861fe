package dev.vl3mesh.testbed.meshes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What keeps the meshes of a pod apart is all needed: without any part of it, something gets through.
interface Guarded {
    /// Where it is tried.
    TwoMeshes meshes();

    /// Each rule of a domain's table in a pod is taken away in turn.
    @Test
    default void eachRuleKeepsSomethingOut() {
        TestPod both = meshes().pod("east", TwoMeshes.IN_BOTH);
        TestPod other = meshes().pod("west", TwoMeshes.IN_RED);
        List<String> rules = meshes().cluster("east")
                .exec(
                        1,
                        "sh",
                        "-c",
                        World.text(Guarded.class, "mutate.sh"),
                        "sh",
                        "vl3-red",
                        both.address(TwoMeshes.RED, IpFamily.V4),
                        both.address(TwoMeshes.RED, IpFamily.V6),
                        both.eth0(),
                        other.address(TwoMeshes.RED, IpFamily.V4),
                        other.address(TwoMeshes.RED, IpFamily.V6),
                        meshes().pod("east", TwoMeshes.IN_RED).address(TwoMeshes.RED, IpFamily.V4),
                        meshes().pod("east", TwoMeshes.IN_NONE).eth0(),
                        "vl3-red")
                .lines()
                .toList();
        assertThat(rules).as("rules of the table").hasSizeGreaterThan(25);
        assertThat(rules).allSatisfy(rule -> {
            String[] parts = rule.split(" \\| ", -1);
            assertThat(parts).hasSize(3);
            assertThat(parts[1]).as("there is a probe").isNotEqualTo("no probe");
            assertThat(parts[2]).as("without the rule").isNotEqualTo(parts[1]);
        });
    }

    /// Of a relay that is asked for a certificate: under a token of its own domain it is istiod that answers.
    private String stolen(String tokenOf, String relayOf, int user, String... more) {
        TestPod both = meshes().pod("east", TwoMeshes.IN_BOTH);
        String relay = both.address(relayOf, IpFamily.V4).replaceFirst("\\.\\d+\\.\\d+$", ".0.1");
        return meshes().cluster("east")
                .attempt(
                        1,
                        "sh",
                        "-c",
                        World.text(Guarded.class, "steal.sh"),
                        "sh",
                        both.address(tokenOf, IpFamily.V4),
                        relay,
                        Integer.toString(user),
                        more.length == 0 ? "" : more[0])
                .output();
    }

    /// A relay asks nobody for a certificate, so that one of another mesh is worth as much as none.
    @Test
    default void aCertificateIsWorthNothingAtARelay() {
        assertThat(meshes().cluster("east")
                        .attempt(1, "sh", "-c", "curl -skv -o /dev/null https://127.0.0.1:6443/ 2>&1")
                        .output())
                .as("an API server asks for one")
                .contains("Request CERT");
        assertThat(stolen(TwoMeshes.RED, TwoMeshes.RED, 1338, "none"))
                .contains("grpc-status: 16")
                .doesNotContain("Request CERT");
        assertThat(stolen(TwoMeshes.GREEN, TwoMeshes.GREEN, 1339, "none"))
                .contains("grpc-status: 16")
                .doesNotContain("Request CERT");
    }

    /// Whoever has got a sidecar's token, and runs as any user in the pod, is nobody in the other mesh.
    @Test
    default void aTokenIsWorthNothingInTheOtherMesh() {
        assertThat(stolen(TwoMeshes.RED, TwoMeshes.RED, 1338))
                .as("red's token at red's relay: istiod answers, and misses a request for a certificate in it")
                .contains("grpc-status")
                .doesNotContain("the token");
        assertThat(stolen(TwoMeshes.RED, TwoMeshes.GREEN, 1339))
                .contains("the token is not valid for the audience green.vl3mesh.dev");
        assertThat(stolen(TwoMeshes.GREEN, TwoMeshes.RED, 1338))
                .contains("the token is not valid for the audience red.vl3mesh.dev");
        assertThat(stolen(TwoMeshes.GREEN, TwoMeshes.GREEN, 1338))
                .as("red's sidecar does not get to green's relay")
                .doesNotContain("grpc-status");
    }

    /// So it can tell nobody, whatever it is asked.
    @Test
    default void aControlPlaneKnowsNothingOfTheOtherMesh() {
        for (String mesh : TwoMeshes.MESHES) {
            String other = mesh.equals(TwoMeshes.RED) ? TwoMeshes.GREEN : TwoMeshes.RED;
            List<TestPod> istiods = meshes().world().pods(TwoMeshes.home(mesh), TwoMeshes.root(mesh), "app", "istiod");
            for (String page : List.of("/debug/configz", "/debug/endpointz", "/debug/registryz")) {
                String known = meshes().kubectl()
                        .exec(
                                TwoMeshes.home(mesh),
                                TwoMeshes.root(mesh),
                                istiods.getFirst().name(),
                                "pilot-discovery",
                                "request",
                                "GET",
                                page)
                        .output();
                assertThat(known)
                        .as(mesh + "'s " + page)
                        .contains(mesh + ".vl3.internal")
                        .doesNotContain(other + ".vl3.internal", "in-" + other);
            }
        }
    }
}
