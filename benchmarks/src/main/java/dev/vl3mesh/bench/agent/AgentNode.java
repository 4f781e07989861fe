package dev.vl3mesh.bench.agent;

import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.netns.NodeMounts;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// This process's namespaces as a node: one real agent process, started as its image starts it, between a control plane
/// and a runtime of ours. Pods are network namespaces.
///
/// ```
///   pod ── veth ── room vl3-red ~ vxlan ~ eth0 192.0.2.1 ── cable
/// ```
final class AgentNode implements AutoCloseable {
    /// The one domain.
    static final DomainName RED = new DomainName("red");

    /// Its addresses.
    static final AddressPlan PLAN =
            AddressPlan.of(List.of(IpPrefix.parse("172.16.0.0/16"), IpPrefix.parse("fd00:16::/48")));

    private static final NodeName SELF = new NodeName("bench-1");
    private static final String ROOM = "vl3-red";
    private static final int FIRST_INDEX = 64;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(180);
    private static final double KIB_PER_MIB = 1024;

    private final Path folder = Files.createTempDirectory("vl3-bench");
    private final NodeMounts mounts =
            NodeMounts.ofProcess((int) ProcessHandle.current().pid());
    private final LoneControl control = new LoneControl();
    private final LoneRuntime runtime;
    private final Process agent;
    private int nextPod;

    /// Starts the agent and waits until it listens.
    ///
    /// @param without options of the image that are left away
    /// @param more options that it does not have
    AgentNode(List<String> without, List<String> more) throws IOException, InterruptedException {
        setUpUnderlay();
        runtime = new LoneRuntime(folder.resolve("nri.sock"), folder.resolve("cri.sock"));
        publish(
                LoneControl.CLUSTER,
                List.of(
                        new DomainResource(LoneControl.CLUSTER, RED, PLAN.prefixes(), 5, 0, 0, Carrier.VXLAN),
                        new NodeResource(
                                LoneControl.CLUSTER,
                                RED,
                                SELF,
                                List.of(IpAddress.parse("192.0.2.1")),
                                Optional.empty())));
        AgentImage image = AgentImage.unpack(Files.createDirectories(folder.resolve("image")));
        ProcessBuilder builder = new ProcessBuilder(image.command(without, more))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("agent.log").toFile());
        builder.environment().clear();
        builder.environment().putAll(settings());
        agent = builder.start();
        runtime.accept(agent);
    }

    private void setUpUnderlay() throws IOException, InterruptedException {
        if (Files.exists(Path.of("/sys/class/net/eth0"))) {
            return; // an agent before this one
        }
        for (String command : List.of(
                "ip link add eth0 mtu 1500 type veth peer name cable mtu 1500",
                "ip addr add 192.0.2.1/24 dev eth0",
                "ip link set eth0 up",
                "ip link set cable up")) {
            if (new ProcessBuilder(command.split(" ")).inheritIO().start().waitFor() != 0) {
                throw new IOException(command + " failed");
            }
        }
    }

    private Map<String, String> settings() throws IOException {
        Map<String, String> settings = new HashMap<>(control.settings(SELF, folder));
        settings.putAll(Map.of(
                "VL3_NAMESPACE", "vl3mesh-system",
                "VL3_POD", "vl3-agent",
                "VL3_NODE", SELF.value(),
                "VL3_NODE_IPS", "192.0.2.1",
                "VL3_CLUSTER_DNS", "127.0.0.1:5353",
                "VL3_NRI_SOCKET", folder.resolve("nri.sock").toString(),
                "VL3_CRI_SOCKET", folder.resolve("cri.sock").toString(),
                "VL3_STATE_FOLDER",
                        Files.createDirectories(folder.resolve("state")).toString(),
                "PATH", "/usr/bin"));
        return settings;
    }

    /// Publishes resources of a cluster.
    void publish(KubeClusterName origin, List<? extends MeshResource> resources) {
        control.publish(origin, resources);
    }

    /// The addresses of the pod of a number, IPv4 and IPv6.
    static List<IpAddress> addresses(int pod) {
        return PLAN.addresses(FIRST_INDEX + pod);
    }

    /// Makes pods and their attachments, and waits until the agent may know of them. None runs yet.
    ///
    /// @return their names
    List<String> plan(int count) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        List<AttachmentResource> attachments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = nextPod++;
            String name = "web-" + number;
            names.add(name);
            attachments.add(new AttachmentResource(
                    LoneControl.CLUSTER,
                    RED,
                    addresses(number),
                    SELF,
                    "shop",
                    name,
                    Optional.of("uid-" + name),
                    "default",
                    true));
            NetworkNamespace namespace = mounts.pin("cni-" + name);
            try (namespace;
                    RouteClient client = RouteClient.open(namespace)) {
                client.setUp(client.link("lo").orElseThrow().index());
            }
        }
        publish(LoneControl.CLUSTER, attachments);
        await("the room", () -> mounts.names(ROOM).contains(ROOM));
        return names;
    }

    /// Runs a pod that was planned.
    ///
    /// @return nanoseconds that the runtime waited for the agent
    long run(String pod) throws IOException {
        List<IpAddress> addresses = addresses(Integer.parseInt(pod.substring("web-".length())));
        String annotation = addresses.stream()
                .map(address -> "\"" + address + "\"")
                .collect(Collectors.joining(",", "{\"red\":[", "]}"));
        return runtime.run(pod, "/run/netns/cni-" + pod, annotation);
    }

    /// Waits until the agent has reported that so many pods are attached.
    void awaitAttached(int count) throws IOException, InterruptedException {
        await(count + " attached pods", () -> control.attached(SELF) == count);
    }

    private void await(String what, BooleanSupplier condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || !agent.isAlive()) {
                throw new IOException("the agent has no " + what + "; its log:\n" + log());
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private String log() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("agent.log"));
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /// The room's network namespace; close it.
    NetworkNamespace room() {
        return mounts.open("/run/netns/" + ROOM);
    }

    /// A pod's network namespace; close it.
    NetworkNamespace pod(String name) {
        return mounts.open("/run/netns/cni-" + name);
    }

    /// The number of IPv4 prefixes in the room's main table.
    int prefixes() {
        try (NetworkNamespace room = room()) {
            return room.call(AgentNode::prefixesHere);
        }
    }

    /// Waits until the room's kernel routes by so many prefixes: looks without a pause, since this is what is measured.
    ///
    /// @return the time of that moment, as [System#nanoTime] has it
    long awaitPrefixes(int count) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        try (NetworkNamespace room = room()) {
            return room.call(() -> {
                while (prefixesHere() < count) {
                    if (System.nanoTime() > end) {
                        throw new IOException("only " + prefixesHere() + " of " + count + " routes");
                    }
                }
                return System.nanoTime();
            });
        }
    }

    /// Far cheaper than to list them.
    private static int prefixesHere() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/thread-self/net/fib_triestat"));
        String line = lines.subList(lines.indexOf("Main:"), lines.size()).stream()
                .filter(text -> text.strip().startsWith("Prefixes:"))
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(line.replaceAll("[^0-9]", ""));
    }

    /// The agent's resident memory, in MiB, as the kernel counts it (VmRSS).
    double residentMib() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + agent.pid() + "/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .sum()
                / KIB_PER_MIB;
    }

    /// The agent's process id.
    long pid() {
        return agent.pid();
    }

    @Override
    public void close() throws IOException {
        agent.destroyForcibly();
        agent.onExit().join();
        runtime.close();
        control.close();
        for (String name : mounts.names("")) {
            mounts.unpin(name);
        }
        mounts.close();
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(AgentNode::delete);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
