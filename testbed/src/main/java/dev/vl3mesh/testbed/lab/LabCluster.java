package dev.vl3mesh.testbed.lab;

import dev.vl3mesh.testbed.lab.Topology.ClusterPlan;
import dev.vl3mesh.testbed.lab.Topology.NodePlan;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// One cluster of the lab, and what can be done to it.
public final class LabCluster implements ClusterProvider.Cluster {
    private final ClusterPlan plan;
    private final Network network;
    private final ClusterFiles files;
    private final Progress progress;
    private final List<Machine> machines;

    LabCluster(ClusterPlan plan, Network network, LabPaths paths, Commands commands, Progress progress) {
        this.plan = plan;
        this.network = network;
        this.files = new ClusterFiles(paths);
        this.progress = progress;
        this.machines = plan.nodes().stream()
                .map(node -> new Machine(node, files.node(node), paths, commands))
                .toList();
    }

    @Override
    public String name() {
        return plan.name();
    }

    @Override
    public String kubeconfig() {
        try {
            return Files.readString(files.adminKubeconfig(plan));
        } catch (IOException e) {
            throw new LabException("cluster " + name() + " is not up: run ./vl3 lab up", e);
        }
    }

    /// Where [#kubeconfig] is kept.
    public Path kubeconfigFile() {
        return files.adminKubeconfig(plan);
    }

    @Override
    public String nodePort(int port) {
        return plan.nodes().getFirst().address() + ":" + port;
    }

    /// How many nodes it has.
    public int nodes() {
        return machines.size();
    }

    /// The plan of a node.
    ///
    /// @param number from 1
    public NodePlan node(int number) {
        return plan.nodes().get(number - 1);
    }

    /// The API server's audit log since the cluster was made: a JSON object (`audit.k8s.io/v1`, Event) a line; several
    /// files where it was rotated.
    public List<Path> auditLogs() {
        try (Stream<Path> logs = Files.list(files.node(node(1)).resolve("log"))) {
            return logs.filter(file -> file.getFileName().toString().matches("audit.*\\.json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new LabException("looking for the audit log of " + name() + ": " + e.getMessage(), e);
        }
    }

    /// A client for the cluster's administrator; close it.
    public KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig()))
                .build();
    }

    /// Runs a command on a node.
    ///
    /// @throws LabException if it fails
    public String exec(int node, String... command) {
        return machines.get(node - 1).run(command);
    }

    /// Runs a command on a node that may fail.
    public Commands.Result attempt(int node, String... command) {
        return machines.get(node - 1).attempt(command);
    }

    /// The metrics of a node's agent, in Prometheus' text format.
    public String agentMetrics(int node) {
        return metrics(node, "127.0.0.1:18081");
    }

    /// The metrics of a pod of ours, in Prometheus' text format.
    ///
    /// @param name the component, such as `vl3-control`
    public String podMetrics(String name) {
        try (KubernetesClient client = client()) {
            String address = client
                    .pods()
                    .inNamespace(Installation.NAMESPACE)
                    .withLabel("app.kubernetes.io/name", name)
                    .list()
                    .getItems()
                    .stream()
                    .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                    .map(pod -> pod.getStatus().getPodIP())
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow();
            return metrics(1, address + ":18080");
        }
    }

    private String metrics(int node, String address) {
        return exec(node, "curl", "-sSf", "-m", "10", "http://" + address + "/metrics");
    }

    /// The command line that enters a node.
    public List<String> entering(int node, List<String> command) {
        return machines.get(node - 1).entering(command);
    }

    /// Cuts the power of a node: every process on it is gone.
    public void powerOff(int node) {
        machines.get(node - 1).powerOff();
    }

    /// Switches a node on again, with new network interfaces and the disk that it had, and waits until it has booted.
    /// A node that doesn't come is cut from power and tried once more, since what it met may be the rest of a lab
    /// that
    /// somebody killed.
    ///
    /// @throws LabException with what the node said last
    public void boot(int node) {
        Machine machine = machines.get(node - 1);
        for (int attempt = 1; attempt <= 2; attempt++) {
            network.plug(node(node), plan);
            machine.start();
            if (machine.boots()) {
                return;
            }
            progress.step(node(node).name() + ": did not boot, attempt " + attempt + ": " + machine.lastWords());
            machine.powerOff();
        }
        throw new LabException("node " + node(node).name() + " does not boot; its last words: " + machine.lastWords());
    }

    /// Cuts the power of a node and switches it on again, and waits until it has booted; Kubernetes is not back yet.
    ///
    /// @throws LabException with what the node said last
    public void reboot(int node) {
        powerOff(node);
        boot(node);
    }

    /// Whether a node's power is on.
    public boolean isOn(int node) {
        return machines.get(node - 1).running();
    }

    /// Kills a program of a node and keeps it away until [#release].
    public void hold(int node, String program) {
        exec(node, "touch", "/run/hold/" + program);
        kill(node, program);
    }

    /// Kills a program of a node, which comes back at once.
    public void kill(int node, String program) {
        exec(node, "sh", "-c", "kill -9 $(cat /run/pid/" + program + ")");
    }

    /// Lets a held program start again.
    public void release(int node, String program) {
        exec(node, "rm", "-f", "/run/hold/" + program);
    }

    /// Takes the cluster off the internet, or puts it back.
    public void setConnected(boolean connected) {
        network.setConnected(plan, connected);
    }

    /// Keeps other clusters from a TCP port of this cluster's nodes, or lets them come again. Everything else between
    /// the clusters goes on; connections that are open are not told.
    public void setReachableAt(int port, boolean reachable) {
        network.setReachableAt(plan, port, reachable);
    }

    @Override
    public void load(List<Path> archives) {
        machines.forEach(machine -> archives.forEach(machine::load));
    }

    /// Whether all nodes are on.
    boolean running() {
        return machines.stream().allMatch(Machine::running);
    }

    boolean anyRunning() {
        return machines.stream().anyMatch(Machine::running);
    }

    /// Starts what is not running, and waits until Kubernetes is ready on all nodes.
    void up(List<Path> images) {
        files.write(plan);
        for (int node = 1; node <= machines.size(); node++) {
            if (!machines.get(node - 1).running()) {
                boot(node);
            }
        }
        for (int node = 1; node <= machines.size(); node++) {
            int number = node;
            await(
                    "containerd on " + node(node).name(),
                    30,
                    () -> attempt(number, "ctr", "version").ok());
        }
        load(images);
        try (KubernetesClient client = client()) {
            await("the API server of " + name(), 60, () -> answers(client));
            progress.step(name() + ": API server ready");
            client.load(new ByteArrayInputStream(
                            ClusterFiles.resource("coredns.yaml").getBytes(StandardCharsets.UTF_8)))
                    .items()
                    .forEach(item -> client.resource(item).serverSideApply());
            await("the nodes of " + name(), 60, () -> readyNodes(client) == machines.size());
            plan.nodes().forEach(node -> sayPods(client, node));
            progress.step(name() + ": " + machines.size() + " node" + (machines.size() == 1 ? "" : "s") + " ready");
            await("CoreDNS of " + name(), 60, () -> dnsReady(client));
            progress.step(name() + ": DNS ready");
        }
    }

    /// The controller manager of most clusters writes on a node which prefix its pods have; here it is the plan that
    /// decides.
    private static void sayPods(KubernetesClient client, NodePlan node) {
        Node known = client.nodes().withName(node.name()).require();
        if (known.getSpec().getPodCIDR() == null) {
            known.getSpec().setPodCIDR(node.podCidr());
            known.getSpec().setPodCIDRs(List.of(node.podCidr()));
            client.resource(known).patch();
        }
    }

    private static boolean dnsReady(KubernetesClient client) {
        var deployment = client.apps()
                .deployments()
                .inNamespace("kube-system")
                .withName("coredns")
                .get();
        Integer ready = deployment == null ? null : deployment.getStatus().getReadyReplicas();
        return ready != null && ready > 0;
    }

    private static boolean answers(KubernetesClient client) {
        try {
            client.serviceAccounts().inNamespace("default").withName("default").require();
            return true;
        } catch (KubernetesClientException | IllegalStateException e) {
            return false;
        }
    }

    /// The number of nodes that Kubernetes calls ready.
    static long readyNodes(KubernetesClient client) {
        try {
            return client.nodes().list().getItems().stream()
                    .filter(LabCluster::ready)
                    .count();
        } catch (KubernetesClientException e) {
            return 0;
        }
    }

    private static boolean ready(Node node) {
        return node.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    void down() {
        machines.forEach(Machine::powerOff);
    }

    static void await(String what, int timeoutSeconds, BooleanSupplier condition) {
        long end = System.nanoTime() + timeoutSeconds * 1_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new LabException(what + ": not ready within " + timeoutSeconds
                        + " s; the logs are in the lab's state folder, nodes/*/log");
            }
            pause(what);
        }
    }

    /// Waits a moment before looking again.
    static void pause(String what) {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for " + what, e);
        }
    }
}
