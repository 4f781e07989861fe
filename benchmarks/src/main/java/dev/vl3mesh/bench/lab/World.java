package dev.vl3mesh.bench.lab;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A domain, and two namespaces in each of the clusters `east` and `west`: one that is in the domain, one that is not.
/// All of it is taken away in the end.
final class World implements AutoCloseable {
    static final String DOMAIN = "bench";
    static final String INSIDE = "bench-inside";
    static final String OUTSIDE = "bench-outside";
    /// The domain's interface in pods, and its room on nodes.
    static final String ROOM = "vl3-bench";

    private static final long PATIENCE_SECONDS = 60;
    private static final String TOOLBOX = "vl3mesh/toolbox:dev";
    private static final String WAIT = "vl3mesh/wait:dev";
    private static final long USER = 65_532;

    private static final String DEFINITION = """
        apiVersion: vl3mesh.dev/v1alpha1
        kind: Domain
        metadata: {name: bench}
        spec:
          prefixes: [172.29.0.0/16, "fd00:29::/48"]
          carrier: vxlan
        """;

    private final Lab lab;
    private final Map<String, KubernetesClient> clients = new LinkedHashMap<>();
    private final Undo undo = new Undo();

    /// Makes everything, and waits until pods can be created in it.
    World(Lab lab) throws IOException, InterruptedException {
        this.lab = lab;
        for (String name : List.of("east", "west")) {
            KubernetesClient client = lab.cluster(name).client();
            clients.put(name, client);
            undo.later(client::close);
        }
        undo.later(this::delete);
        try {
            make();
        } catch (IOException | InterruptedException | RuntimeException e) {
            undo.close();
            throw e;
        }
    }

    private void make() throws IOException, InterruptedException {
        delete(); // what an interrupted run left
        KubernetesClient east = client("east");
        east.resource(DEFINITION).create();
        for (KubernetesClient client : clients.values()) {
            namespace(client, INSIDE, Map.of("vl3mesh.dev/domains", DOMAIN));
            namespace(client, OUTSIDE, Map.of());
        }
        for (String name : clients.keySet()) {
            await("a first pod in " + name, () -> tried(name));
        }
    }

    private static void namespace(KubernetesClient client, String name, Map<String, String> labels) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .create();
    }

    /// Until the domain has reached the cluster, and the cluster has a block of it, the pod is refused.
    private boolean tried(String cluster) {
        try {
            client(cluster)
                    .resource(pod("first", INSIDE, List.of("sleep", "infinity")))
                    .create();
            return true;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    /// A client of a cluster; stays this object's.
    KubernetesClient client(String cluster) {
        KubernetesClient client = clients.get(cluster);
        if (client == null) {
            throw new IllegalArgumentException("no cluster " + cluster);
        }
        return client;
    }

    LabCluster cluster(String name) {
        return lab.cluster(name);
    }

    /// A pod of one toolbox container that is ready as soon as it runs.
    static Pod pod(String name, String namespace, List<String> command) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(0L)
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .addToContainers(new ContainerBuilder()
                        .withName("main")
                        .withImage(TOOLBOX)
                        .withImagePullPolicy("IfNotPresent")
                        .withCommand(command)
                        .build())
                .endSpec()
                .build();
    }

    /// The same pod with an init container that is vl3-wait in all but its question, which has an answer at once.
    static Pod withWait(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .addNewInitContainer()
                .withName("wait")
                .withImage(WAIT)
                .withImagePullPolicy("IfNotPresent")
                .addNewEnv()
                .withName("VL3_WAIT")
                .withValue("lo=127.0.0.1")
                .endEnv()
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .addToDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .endInitContainer()
                .endSpec()
                .build();
    }

    /// Whether a pod has the condition Ready.
    static boolean isReady(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    /// Waits until a pod is ready.
    void awaitReady(String cluster, String namespace, String name) throws IOException, InterruptedException {
        await(namespace + "/" + name + " to be ready in " + cluster, () -> {
            Pod pod =
                    client(cluster).pods().inNamespace(namespace).withName(name).get();
            return pod != null && isReady(pod);
        });
    }

    /// Deletes a pod and waits until it is gone.
    void delete(String cluster, String namespace, String name) throws IOException, InterruptedException {
        var pod = client(cluster).pods().inNamespace(namespace).withName(name);
        pod.withGracePeriod(0).delete();
        await(namespace + "/" + name + " to be gone from " + cluster, () -> pod.get() == null);
    }

    /// The network namespace of a pod that runs, as a file on this machine.
    static Path networkNamespace(Pod pod) throws IOException {
        String uid = pod.getMetadata().getUid();
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> inGroup(pid, uid))
                .min(Comparator.naturalOrder())
                .map(pid -> Path.of("/proc/" + pid + "/ns/net"))
                .orElseThrow(() ->
                        new IOException("no process of pod " + pod.getMetadata().getName() + " runs"));
    }

    private static boolean inGroup(long pid, String name) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cgroup")).contains(name);
        } catch (IOException e) {
            return false; // it ended between being listed and being read
        }
    }

    /// The domain's room on a cluster's first node, as a file on this machine: seen through the root of one of the
    /// node's
    /// own processes.
    Path room(String cluster) throws IOException {
        String node = cluster(cluster).node(1).netns();
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> inGroup(pid, "/" + node))
                .map(pid -> Path.of("/proc/" + pid + "/root/run/netns/" + ROOM))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IOException("node " + node + " has no room " + ROOM));
    }

    /// Waits for something, looking ten times a second.
    static void await(String what, BooleanSupplier condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IOException("waited " + PATIENCE_SECONDS + " s for " + what);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void delete() {
        for (KubernetesClient client : clients.values()) {
            for (String name : List.of(INSIDE, OUTSIDE)) {
                client.pods().inNamespace(name).withGracePeriod(0).delete();
                client.namespaces().withName(name).delete();
            }
        }
        for (KubernetesClient client : clients.values()) {
            for (String name : List.of(INSIDE, OUTSIDE)) {
                client.namespaces()
                        .withName(name)
                        .waitUntilCondition(gone -> gone == null, PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        }
        client("east").resources(Domain.class).withName(DOMAIN).delete(); // when nobody is in it any more
        for (KubernetesClient client : clients.values()) {
            client.resources(Domain.class)
                    .withName(DOMAIN)
                    .waitUntilCondition(gone -> gone == null, PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        undo.close();
    }
}
