package dev.vl3mesh.testbed.meshes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.istio.IstioInstallation;
import dev.vl3mesh.testbed.istio.IstioVersion;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Two domains, each with an istiod of another version, a trust domain and a root of its own, and each at home in
/// another cluster, of which the other one is a member; and in each cluster a pod of the same kind for each way of
/// being in them: in red,
/// in green, in both, in neither.
final class TwoMeshes implements AutoCloseable {
    static final String RED = "red";
    static final String GREEN = "green";
    /// A third one, which is not there until it is installed.
    static final String BLUE = "blue";

    static final List<String> MESHES = List.of(RED, GREEN);
    private static final Map<String, String> HOMES = Map.of(RED, "east", GREEN, "west", BLUE, "east");
    static final List<String> CLUSTERS = List.of("east", "west");
    static final String IN_RED = "in-red";
    static final String IN_GREEN = "in-green";
    static final String IN_BOTH = "in-both";
    static final String IN_NONE = "in-none";
    /// Of one who is in no domain, and in the Istio of its own cluster, east.
    static final String IN_STOCK = "in-stock";

    static final List<String> NAMESPACES = List.of(IN_RED, IN_GREEN, IN_BOTH, IN_NONE);

    /// Where the parts of vl3mesh are.
    static final String SYSTEM = "vl3mesh-system";
    private static final String BROUGHT = "vl3-mesh-" + GREEN;
    private static final Map<String, String> NUMBERS = Map.of(RED, "31", GREEN, "32", BLUE, "33");
    private static final Map<String, List<String>> MEMBERS =
            Map.of(RED, List.of(IN_RED, IN_BOTH), GREEN, List.of(IN_GREEN, IN_BOTH));

    private final World world;
    private final Kubectl kubectl;
    private final Lab lab;
    private final Progress progress;
    private final Membership membership;
    private final List<String> installed = new ArrayList<>();
    private final Map<String, String> virtual = new HashMap<>();

    TwoMeshes(Lab lab) {
        this.lab = lab;
        this.progress = new Progress(System.out, false);
        this.world = new World(lab);
        this.kubectl = new Kubectl(LabPaths.of(System.getenv()), new Commands(progress));
        this.membership = new Membership(lab.kubeconfig(), progress);
    }

    World world() {
        return world;
    }

    Kubectl kubectl() {
        return kubectl;
    }

    /// What installs a mesh's control plane, in the home of its domain.
    IstioInstallation istio(String mesh) {
        return new IstioInstallation(lab, home(mesh), version(mesh), progress);
    }

    private static IstioVersion version(String mesh) {
        return mesh.equals(GREEN) ? IstioVersion.OLDER : IstioVersion.NEWEST;
    }

    LabCluster cluster(String name) {
        return lab.cluster(name);
    }

    /// The cluster where a mesh's domain is at home.
    static String home(String mesh) {
        return HOMES.getOrDefault(mesh, "east");
    }

    void make() {
        membership.join(lab.cluster("west"), lab.cluster("east"));
        bringRoot();
        MESHES.forEach(this::install);
        world.namespaceEverywhere(IN_RED, Map.of("vl3mesh.dev/domains", RED));
        world.namespaceEverywhere(IN_GREEN, Map.of("vl3mesh.dev/domains", GREEN));
        world.namespaceEverywhere(
                IN_BOTH, Map.of("vl3mesh.dev/domains", "red.green", "vl3mesh.dev/search-domains", GREEN));
        world.namespaceEverywhere(IN_NONE, Map.of());
        for (String cluster : CLUSTERS) {
            NAMESPACES.forEach(namespace -> write(cluster, "member.yaml", Map.of("namespace", namespace)));
        }
        istio(RED).installLocal("east");
        world.namespace("east", IN_STOCK, Map.of("istio-injection", "enabled"));
        write("east", "member.yaml", Map.of("namespace", IN_STOCK));
        everyPod().forEach(World::awaitReady);
        World.awaitReady(pod("east", IN_STOCK));
    }

    /// Green's authority is the user's own, and stays as long as the lab, for vl3-control remembers it.
    private void bringRoot() {
        KubernetesClient client = world.client(home(GREEN));
        if (client.secrets().inNamespace(SYSTEM).withName(BROUGHT).get() != null) {
            return;
        }
        CertificateIssuer root = CertificateIssuer.newMeshRoot(
                "company.example", Instant.now(), Duration.ofDays(30), new SecureRandom());
        String certificate = Pem.certificates(List.of(root.root()));
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(SYSTEM)
                        .withName(BROUGHT)
                        .endMetadata()
                        .withStringData(Map.of(
                                "ca-key.pem",
                                Pem.key(root.key()),
                                "ca-cert.pem",
                                certificate,
                                "root-cert.pem",
                                certificate))
                        .build())
                .create();
    }

    /// The root that the user has brought for green.
    X509Certificate broughtRoot() {
        String text = world.client(home(GREEN))
                .secrets()
                .inNamespace(SYSTEM)
                .withName(BROUGHT)
                .require()
                .getData()
                .get("root-cert.pem");
        return Pem.certificates(new String(Base64.getDecoder().decode(text), StandardCharsets.US_ASCII))
                .getFirst();
    }

    /// A domain, and its control plane.
    void install(String mesh) {
        installed.add(mesh);
        Map<String, String> values = Map.of(
                "name",
                mesh,
                "number",
                NUMBERS.getOrDefault(mesh, ""),
                "version",
                version(mesh).tag());
        world.domainAt(home(mesh), mesh, TwoMeshes.class, "domain.yaml", values);
        istio(mesh).install(mesh, root(mesh), mesh);
        world.apply(home(mesh), TwoMeshes.class, "strict.yaml", values);
    }

    @Override
    public void close() {
        istio(RED).uninstallLocal("east");
        installed.forEach(mesh -> istio(mesh).uninstall(root(mesh), mesh));
        world.close();
        membership.leave(lab.cluster("west"), lab.cluster("east"));
    }

    /// The namespace of a mesh's control plane.
    static String root(String mesh) {
        return "vl3-" + mesh;
    }

    /// The namespaces whose pods are in a mesh, first that of pods which are in no other.
    static List<String> members(String mesh) {
        return MEMBERS.getOrDefault(mesh, List.of());
    }

    /// What a service is called in a mesh.
    static String host(String service, String namespace, String mesh) {
        return service + "." + namespace + ".svc." + mesh + ".vl3.internal";
    }

    /// Who a mesh's pods are.
    static String identity(String mesh, String namespace) {
        return "spiffe://" + mesh + ".vl3.internal/ns/" + namespace + "/sa/web";
    }

    TestPod pod(String cluster, String namespace) {
        return world.pod(cluster, namespace, "web");
    }

    TestPod pod(String cluster, String namespace, String name) {
        return world.pod(cluster, namespace, name);
    }

    List<TestPod> everyPod() {
        return CLUSTERS.stream()
                .flatMap(cluster -> NAMESPACES.stream().map(namespace -> pod(cluster, namespace)))
                .toList();
    }

    /// The virtual address of the service `web`.
    String virtual(String namespace, String mesh, IpFamily family) {
        String type = family == IpFamily.V4 ? "A" : "AAAA";
        return virtual.computeIfAbsent(
                host("web", namespace, mesh) + " " + type,
                question -> World.eventually()
                        .until(
                                () -> pod("east", IN_BOTH)
                                        .sh("dig +short +time=3 $1", question)
                                        .out()
                                        .strip(),
                                answer -> !answer.isEmpty() && answer.lines().count() == 1));
    }

    void write(String cluster, String file, Map<String, String> values) {
        world.apply(cluster, TwoMeshes.class, file, values);
    }

    void delete(String cluster, String kind, String namespace, String... names) {
        List<String> words = new ArrayList<>(List.of("-n", namespace, "delete", kind));
        words.addAll(List.of(names));
        kubectl.run(cluster, words.toArray(String[]::new));
    }

    /// Runs vl3ctl in east.
    Membership.Answer ctl(String... words) {
        return membership.ctl("east", words);
    }

    /// What `ask.sh` was answered, a line for each question.
    static List<String> ask(TestPod caller, List<String> questions) {
        String[] words = questions.toArray(String[]::new);
        String[] answers = new String[words.length];
        caller.sh(World.text(TwoMeshes.class, "ask.sh"), words).out().lines().forEach(line -> {
            String[] parts = line.split(" ", 2);
            answers[Integer.parseInt(parts[0])] = parts[1].strip();
        });
        return Stream.of(answers).map(String::valueOf).toList();
    }

    /// Of a service `web` in a mesh.
    static String url(String namespace, String mesh, String path) {
        return "http://" + host("web", namespace, mesh) + path;
    }

    /// What a call is answered with: HTTP's status, or `000` where it does not arrive.
    static String status(TestPod caller, String... words) {
        List<String> command =
                new ArrayList<>(List.of("curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}"));
        command.addAll(List.of(words));
        return caller.run(command.toArray(String[]::new)).out();
    }

    /// Waits until a pod of east is answered with this status.
    void awaitStatus(String caller, String status, String... words) {
        World.eventually()
                .untilAsserted(() -> assertThat(status(pod("east", caller), words))
                        .as(caller + ": curl " + String.join(" ", words))
                        .isEqualTo(status));
    }
}
