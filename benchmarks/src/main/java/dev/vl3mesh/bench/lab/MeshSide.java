package dev.vl3mesh.bench.lab;

import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// A mesh in which a client in east calls a server in west, whatever kind of mesh it is: the same pods and
/// Services, in a namespace of its own.
final class MeshSide implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 120;
    private static final String CALLER = "east";
    private static final String SERVER = "west";
    private static final double KIBI = 1024;
    private static final long MANY_MINUTES = 10;

    private final String namespace;
    private final String suffix;
    private final Kubectl kubectl;
    private final LabCluster server;
    private final Map<String, KubernetesClient> clients = new LinkedHashMap<>();

    /// Makes the namespace.
    ///
    /// @param labels that put it into the mesh
    /// @param suffix of a service's name behind the namespace
    MeshSide(Lab lab, Kubectl kubectl, String namespace, Map<String, String> labels, String suffix) {
        this.namespace = namespace;
        this.suffix = suffix;
        this.kubectl = kubectl;
        this.server = lab.clusters().stream()
                .filter(cluster -> cluster.name().equals(SERVER))
                .findFirst()
                .orElseThrow();
        for (LabCluster cluster : lab.clusters()) {
            KubernetesClient client = cluster.client();
            clients.put(cluster.name(), client);
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(namespace)
                            .withLabels(labels)
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    /// Starts the server and the client, and waits until calls pass.
    void start() throws IOException, InterruptedException {
        for (String cluster : List.of(CALLER, SERVER)) {
            apply(cluster, "mesh-services.yaml");
        }
        World.await("a server in " + namespace, () -> tried(SERVER, "mesh-server.yaml", "web"));
        World.await("a client in " + namespace, () -> tried(CALLER, "mesh-client.yaml", ""));
        awaitReady(SERVER, "web");
        awaitReady(CALLER, "client");
        World.await("calls in " + namespace, () -> status("web").equals("200"));
    }

    private String url(String service) {
        return "http://" + service + "." + namespace + ".svc." + suffix + "/echo?size=1024";
    }

    private Commands.Result call(String... command) {
        return kubectl.exec(CALLER, namespace, "client", command);
    }

    private String status(String service) {
        return call("curl", "-s", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", url(service))
                .output()
                .strip();
    }

    /// Calls the server.
    HttpLoad load(int qps) throws IOException {
        return HttpLoad.measure(this::call, url("web"), qps);
    }

    /// From a pod being ready in west to the first call from east that reaches it, seconds. Both are read
    /// from the machine's uptime, a hundredth of a second at best.
    double fresh() throws IOException, InterruptedException {
        World.await("nobody behind fresh." + namespace, () -> !status("fresh").equals("200"));
        call(
                "sh",
                "-c",
                "rm -f /tmp/fresh; (until [ \"$(curl -s -o /dev/null -m 1 -w %{http_code} $1)\" = 200 ]; do sleep 0.01; done;"
                        + " cat /proc/uptime >/tmp/fresh.new; mv /tmp/fresh.new /tmp/fresh) >/dev/null 2>&1 &",
                "sh",
                url("fresh"));
        World.await("a pod", () -> tried(SERVER, "mesh-server.yaml", "fresh"));
        awaitReady(SERVER, "fresh");
        double ready = uptime(Files.readString(Path.of("/proc/uptime")));
        World.await("a first call", () -> call("test", "-e", "/tmp/fresh").ok());
        double reached = uptime(call("cat", "/tmp/fresh").output());
        deleteFresh();
        return reached - ready;
    }

    private void deleteFresh() throws IOException, InterruptedException {
        client(SERVER)
                .pods()
                .inNamespace(namespace)
                .withName("fresh")
                .withGracePeriod(0)
                .delete();
        World.await(
                "the pod to be gone",
                () -> client(SERVER)
                                .pods()
                                .inNamespace(namespace)
                                .withName("fresh")
                                .get()
                        == null);
    }

    /// From a pod's creation in west until it is ready, seconds.
    double startUp() throws IOException, InterruptedException {
        double created = uptime(Files.readString(Path.of("/proc/uptime")));
        World.await("a pod", () -> tried(SERVER, "mesh-server.yaml", "fresh"));
        awaitReady(SERVER, "fresh");
        double ready = uptime(Files.readString(Path.of("/proc/uptime")));
        deleteFresh();
        return ready - created;
    }

    /// What the sidecars of the server's pod have in memory, as the kernel shares it out (PSS).
    double sidecarMebibytes() throws IOException {
        return mebibytes("web");
    }

    private double mebibytes(String pods) throws IOException {
        Commands.Result sum = server.attempt(1, "sh", "-c", text("sidecar-memory.sh"), "sh", namespace, pods);
        if (!sum.ok()) {
            throw new IOException("the sidecars' memory: " + sum.output());
        }
        return Double.parseDouble(sum.output().strip()) / KIBI;
    }

    /// From having this many pods in west wanted until all are ready, seconds.
    double many(int pods) throws IOException {
        double wanted = uptime(Files.readString(Path.of("/proc/uptime")));
        items(SERVER, "mesh-many.yaml", Integer.toString(pods))
                .forEach(item -> client(SERVER).resource(item).serverSideApply());
        client(SERVER)
                .apps()
                .deployments()
                .inNamespace(namespace)
                .withName("many")
                .waitUntilCondition(
                        now -> now != null
                                && now.getStatus() != null
                                && Objects.requireNonNullElse(now.getStatus().getReadyReplicas(), 0) == pods,
                        MANY_MINUTES,
                        TimeUnit.MINUTES);
        return uptime(Files.readString(Path.of("/proc/uptime"))) - wanted;
    }

    /// What the sidecars of those pods have in memory, all together.
    double manyMebibytes() throws IOException {
        return mebibytes("many-.*");
    }

    private static double uptime(String text) {
        return Double.parseDouble(text.strip().split(" ", -1)[0]);
    }

    private KubernetesClient client(String cluster) {
        return Objects.requireNonNull(clients.get(cluster), cluster);
    }

    /// Returns when the watch has told that it is ready.
    private void awaitReady(String cluster, String pod) {
        client(cluster)
                .pods()
                .inNamespace(namespace)
                .withName(pod)
                .waitUntilCondition((Pod now) -> now != null && World.isReady(now), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Until the mesh has reached the cluster its pods are refused.
    private boolean tried(String cluster, String file, String name) {
        try {
            items(cluster, file, name)
                    .forEach(item -> client(cluster).resource(item).create());
            return true;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    private void apply(String cluster, String file) {
        items(cluster, file, "").forEach(item -> client(cluster).resource(item).serverSideApply());
    }

    private List<HasMetadata> items(String cluster, String file, String name) {
        String text = text(file).replace("${namespace}", namespace).replace("${name}", name);
        return items(client(cluster), text);
    }

    /// The objects of manifests.
    static List<HasMetadata> items(KubernetesClient client, String manifests) {
        return client.load(new ByteArrayInputStream(manifests.getBytes(StandardCharsets.UTF_8)))
                .items();
    }

    /// A file of manifests.
    static String text(String file) {
        try (InputStream in = Objects.requireNonNull(MeshSide.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    @Override
    public void close() {
        for (KubernetesClient client : clients.values()) {
            // with all its pods: to delete them takes longer than a request may
            client.namespaces().withName(namespace).delete();
        }
        for (KubernetesClient client : clients.values()) {
            client.namespaces()
                    .withName(namespace)
                    .waitUntilCondition(gone -> gone == null, MANY_MINUTES, TimeUnit.MINUTES);
            client.close();
        }
    }
}
