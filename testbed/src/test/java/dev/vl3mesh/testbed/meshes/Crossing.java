package dev.vl3mesh.testbed.meshes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Nothing crosses from one mesh of a pod into another: tried by somebody in the pod, by somebody in one of the meshes,
/// and by the control plane of one of them.
interface Crossing {
    /// Where it is tried.
    TwoMeshes meshes();

    /// By UDP, which no sidecar carries, from a socket that is bound to an interface or an address.
    private static String bound(TestPod caller, String target, String option) {
        return caller.sh("echo hello | socat -t 2 - UDP4:$1:8078,$2 2>/dev/null", target, option)
                .out()
                .strip();
    }

    /// As somebody in the pod would try, without any right that Pod Security `restricted` does not give.
    @Test
    default void nothingCrossesWithinThePod() {
        TestPod both = meshes().pod("east", TwoMeshes.IN_BOTH);
        TestPod red = meshes().pod("east", TwoMeshes.IN_RED);
        String inRed = meshes().pod("west", TwoMeshes.IN_RED).address(TwoMeshes.RED, IpFamily.V4);
        String inGreen = meshes().pod("west", TwoMeshes.IN_GREEN).address(TwoMeshes.GREEN, IpFamily.V4);
        assertThat(bound(both, inGreen, "so-bindtodevice=vl3-green")).isEqualTo("hello");
        assertThat(bound(both, inRed, "so-bindtodevice=vl3-red")).isEqualTo("hello");
        assertThat(bound(both, inGreen, "so-bindtodevice=vl3-red"))
                .as("to green by red's interface")
                .isEmpty();
        assertThat(bound(both, inRed, "so-bindtodevice=vl3-green"))
                .as("to red by green's interface")
                .isEmpty();
        assertThat(bound(both, inRed, "bind=" + both.address(TwoMeshes.GREEN, IpFamily.V4)))
                .as("to red from the address in green")
                .isEmpty();
        assertThat(bound(red, both.address(TwoMeshes.GREEN, IpFamily.V4), "so-bindtodevice=vl3-red"))
                .as("a pod of red to the address in green of a pod in both")
                .isEmpty();
        assertThat(bound(red, inGreen, "so-bindtodevice=vl3-red"))
                .as("a pod of red to green")
                .isEmpty();
    }

    /// By a packet that asks to be sent on (RFC 791, 3.1: loose source and record route).
    @Test
    default void nobodySendsAPacketOn() {
        TestPod red = meshes().pod("west", TwoMeshes.IN_RED);
        String both = meshes().pod("east", TwoMeshes.IN_BOTH).address(TwoMeshes.RED, IpFamily.V4);
        String green = meshes().pod("east", TwoMeshes.IN_GREEN).address(TwoMeshes.GREEN, IpFamily.V4);
        StringBuilder route = new StringBuilder("ip-options=x830704");
        for (String number : green.split("\\.", -1)) {
            route.append(String.format(Locale.ROOT, "%02x", Integer.valueOf(number)));
        }
        assertThat(bound(red, both, "nonblock=0")).as("without").isEqualTo("hello");
        assertThat(bound(red, both, route.append("00").toString())).isEmpty();
    }

    /// Neither the application nor the other sidecar sees what a sidecar keeps: its token, its sockets, its settings.
    @Test
    default void nothingIsKeptInCommon() {
        Pod both = meshes().pod("east", TwoMeshes.IN_BOTH).get();
        List<Set<String>> mounts = new ArrayList<>();
        both.getSpec().getInitContainers().stream()
                .filter(container -> container.getName().startsWith("istio-proxy-"))
                .forEach(container -> mounts.add(names(container)));
        both.getSpec().getContainers().forEach(container -> mounts.add(names(container)));
        assertThat(mounts).hasSize(3);
        Set<String> seen = new HashSet<>();
        for (Set<String> one : mounts) {
            assertThat(one).noneMatch(seen::contains);
            seen.addAll(one);
        }
    }

    private static Set<String> names(Container container) {
        return container.getVolumeMounts().stream()
                .map(VolumeMount::getName)
                .filter(name -> !name.startsWith("kube-api-access-")) // Kubernetes' own, good for its API server
                .collect(Collectors.toSet());
    }

    /// The ports of a pod's sidecars are not there for the domains, not even for those of their own.
    @Test
    default void sidecarsPortsAreNotForTheDomains() {
        TestPod both = meshes().pod("west", TwoMeshes.IN_BOTH);
        for (String mesh : TwoMeshes.MESHES) {
            String member = TwoMeshes.members(mesh).getFirst();
            String address = both.address(mesh, IpFamily.V4);
            List<String> ports = List.of("15100", "15101", "15106", "15120", "15121", "15190");
            List<String> questions = ports.stream()
                    .flatMap(port -> Stream.of(port, port.replace("151", "152")))
                    .map(port -> "http 4 " + address + " " + port)
                    .toList();
            assertThat(TwoMeshes.ask(meshes().pod("east", member), questions))
                    .as("of " + mesh)
                    .noneMatch(answer -> answer.contains("status=200"));
        }
    }

    @Test
    default void whoCallsIsNotToldByTheCaller() {
        String forged = "x-forwarded-client-cert: By=spiffe://red.vl3.internal/ns/in-both/sa/web;"
                + "URI=spiffe://red.vl3.internal/ns/admin/sa/root";
        for (String mesh : TwoMeshes.MESHES) {
            String member = TwoMeshes.members(mesh).getFirst();
            assertThat(meshes().pod("east", member)
                            .run(
                                    "curl",
                                    "-s",
                                    "-m",
                                    "5",
                                    "-H",
                                    forged,
                                    TwoMeshes.url(TwoMeshes.IN_BOTH, mesh, "/debug"))
                            .out())
                    .contains("URI=" + TwoMeshes.identity(mesh, member))
                    .doesNotContain("admin");
        }
    }

    /// The two identities of a pod have nothing in common but the names in them.
    @Test
    default void eachMeshHasItsOwnCertificate() {
        String red = certificates("15100");
        String green = certificates("15200");
        assertThat(red)
                .contains(TwoMeshes.identity(TwoMeshes.RED, TwoMeshes.IN_BOTH))
                .doesNotContain("green.vl3.internal");
        assertThat(green)
                .contains(TwoMeshes.identity(TwoMeshes.GREEN, TwoMeshes.IN_BOTH))
                .doesNotContain("red.vl3.internal");
        assertThat(serials(green))
                .as("the root that the user has brought")
                .contains(meshes().broughtRoot().getSerialNumber().toString(16));
        assertThat(serials(red)).isNotEmpty().doesNotContainAnyElementsOf(serials(green));
    }

    private String certificates(String port) {
        return meshes().pod("east", TwoMeshes.IN_BOTH)
                .sh("curl -s 127.0.0.1:$1/certs", port)
                .out();
    }

    /// Of its own certificate and of the roots that it trusts.
    private static List<String> serials(String certificates) {
        return Pattern.compile("\"serial_number\": *\"([0-9a-f]+)\"")
                .matcher(certificates)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    /// Green's control plane tells its sidecars endpoints that are none of green's. They reach the application beside
    /// them, which is theirs to serve, and nothing else.
    @Test
    default void aHostileControlPlaneReachesNothingOfTheOtherMeshOrTheNode() {
        TestPod both = meshes().pod("east", TwoMeshes.IN_BOTH);
        String node = both.get().getStatus().getHostIP();
        List<String> endpoints = List.of(
                "127.0.0.1 8080", // the application
                "127.0.0.1 15100", // red's admin port
                "127.0.0.1 15106",
                "127.0.0.1 15120",
                both.address(TwoMeshes.RED, IpFamily.V4) + " 8080",
                meshes().pod("west", TwoMeshes.IN_RED).address(TwoMeshes.RED, IpFamily.V4) + " 8080",
                meshes().pod("east", TwoMeshes.IN_NONE).eth0() + " 8080",
                node + " 10250",
                node + " 6443",
                "169.254.169.254 80");
        for (int i = 0; i < endpoints.size(); i++) {
            String[] words = endpoints.get(i).split(" ", 2);
            meshes().write(
                            "east",
                            "hostile.yaml",
                            Map.of("number", Integer.toString(i + 1), "address", words[0], "port", words[1]));
        }
        meshes().awaitStatus(TwoMeshes.IN_BOTH, "200", hostile(1));
        for (int i = 2; i <= endpoints.size(); i++) {
            awaitNoConnection(hostile(i));
        }
    }

    /// Envoy knows the endpoint, and does not get there.
    private void awaitNoConnection(String... words) {
        World.eventually()
                .untilAsserted(() -> assertThat(TwoMeshes.status(meshes().pod("east", TwoMeshes.IN_BOTH), words))
                        .as("curl " + String.join(" ", words))
                        .isIn("503", "000"));
    }

    private static String[] hostile(int number) {
        return new String[] {"-H", "Host: hostile-" + number + ".example", "http://172.32.255." + number + "/"};
    }
}
