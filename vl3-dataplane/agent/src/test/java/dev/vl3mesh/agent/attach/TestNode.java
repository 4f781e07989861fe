package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.HardwareAddress;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netlink.VethSpec;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.netns.NodeMounts;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A "node" of its own: a mount namespace with its own `/run/netns`, and a network namespace for the host.
public final class TestNode implements AutoCloseable {
    private static final long COMMAND_SECONDS = 30;

    public final NodeKey key;
    public final NodeMounts mounts;
    public final NetworkNamespace host;
    private final Process holder;
    private final Map<String, NetworkNamespace> pods = new HashMap<>();

    public TestNode(NodeKey key) throws IOException, InterruptedException {
        this.key = key;
        // The holder says that its folder is there, then waits for its input to end: it can't outlive this JVM.
        this.holder = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mkdir -p /run/netns && mount -t tmpfs netns /run/netns && echo ready && exec cat")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (holder.inputReader().readLine() == null) {
            throw new IOException("needs root: unshare --mount failed");
        }
        this.mounts = NodeMounts.ofProcess((int) holder.pid());
        this.host = NetworkNamespace.create(key.toString());
    }

    /// Joins two nodes by a cable with one address of each family at each end.
    public static void connect(TestNode left, TestNode right, int mtu) {
        try (RouteClient one = RouteClient.open(left.host);
                RouteClient other = RouteClient.open(right.host)) {
            one.addVeth(
                    new VethSpec(
                            "eth0",
                            HardwareAddress.parse("02:00:00:00:01:01"),
                            "eth0",
                            HardwareAddress.parse("02:00:00:00:01:02"),
                            mtu,
                            "underlay"),
                    right.host);
            address(one, "192.0.2.1", 24);
            address(one, "2001:db8::1", 64);
            address(other, "192.0.2.2", 24);
            address(other, "2001:db8::2", 64);
        }
        left.run(left.host, "ip", "route", "add", "192.0.2.0/24", "dev", "eth0");
        right.run(right.host, "ip", "route", "add", "192.0.2.0/24", "dev", "eth0");
        left.run(left.host, "ip", "route", "replace", "2001:db8::/64", "dev", "eth0");
        right.run(right.host, "ip", "route", "replace", "2001:db8::/64", "dev", "eth0");
    }

    /// Joins two nodes by a router that stands between them: what happens on its other side, a node can't see.
    ///
    /// ```
    ///   left 192.0.2.1 ── 192.0.2.254 router 198.51.100.254 ── 198.51.100.2 right
    /// ```
    public static NetworkNamespace connectByRouter(TestNode left, TestNode right, int mtu) throws IOException {
        NetworkNamespace router = NetworkNamespace.create("router");
        leg(left, router, "left", "192.0.2.%s/24", "2001:db8::%s/64", "1", mtu);
        leg(right, router, "right", "198.51.100.%s/24", "2001:db8:1::%s/64", "2", mtu);
        left.run(
                router,
                "sh",
                "-c",
                "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
        return router;
    }

    private static void leg(
            TestNode node, NetworkNamespace router, String name, String v4, String v6, String host, int mtu) {
        String there = "/proc/" + ProcessHandle.current().pid() + "/fd/" + router.descriptor();
        String script = String.join(
                ";",
                "set -e",
                "ip link add eth0 mtu " + mtu + " type veth peer name " + name + " mtu " + mtu + " netns " + there,
                "ip addr add " + v4.formatted(host) + " dev eth0",
                "ip addr add " + v6.formatted(host) + " dev eth0 nodad",
                "ip link set eth0 up",
                "nsenter --net=" + there + " ip addr add " + v4.formatted("254") + " dev " + name,
                "nsenter --net=" + there + " ip addr add " + v6.formatted("fe") + " dev " + name + " nodad",
                "nsenter --net=" + there + " ip link set " + name + " up",
                "ip route add default via " + v4.formatted("254").replaceAll("/.*", ""),
                "ip -6 route add default via " + v6.formatted("fe").replaceAll("/.*", ""));
        node.run(node.host, "sh", "-c", script);
    }

    private static void address(RouteClient client, String text, int length) {
        int link = client.link("eth0").orElseThrow().index();
        client.setUp(link);
        client.putAddress(new AddressSpec(link, IpAddress.parse(text).toInetAddress(), length));
    }

    /// Makes a pod's sandbox.
    public Sandbox pod(String name, DomainName... expected) {
        NetworkNamespace namespace = mounts.pin("cni-" + name);
        try (RouteClient client = RouteClient.open(namespace)) {
            client.setUp(client.link("lo").orElseThrow().index());
        }
        pods.put(name, namespace);
        return new Sandbox("box-" + name, "uid-" + name, "shop", name, "/run/netns/cni-" + name, Set.of(expected));
    }

    /// A pod's namespace.
    public NetworkNamespace podNamespace(String name) {
        return java.util.Objects.requireNonNull(pods.get(name), name);
    }

    /// Ends a pod's sandbox.
    public void kill(String name) {
        NetworkNamespace namespace = pods.remove(name);
        mounts.unpin("cni-" + name);
        if (namespace != null) {
            namespace.close();
        }
    }

    /// Runs a command in a namespace and returns what it printed.
    ///
    /// @throws AssertionError if it fails
    public String run(NetworkNamespace namespace, String... command) {
        Outcome outcome = attempt(namespace, command);
        if (outcome.exit() != 0) {
            throw new AssertionError(String.join(" ", command) + ": exit " + outcome.exit() + ": " + outcome.output());
        }
        return outcome.output();
    }

    /// How a command ended.
    public record Outcome(int exit, String output) {}

    /// Runs a command in a namespace.
    public Outcome attempt(NetworkNamespace namespace, String... command) {
        try {
            Process process = start(namespace, command);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " did not end");
            }
            return new Outcome(process.exitValue(), output);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(String.join(" ", command), e);
        }
    }

    /// Starts a command in a namespace.
    public Process start(NetworkNamespace namespace, String... command) throws IOException {
        List<String> line = new ArrayList<>(
                List.of("nsenter", "--net=/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.descriptor()));
        line.addAll(List.of(command));
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    @Override
    public void close() {
        pods.values().forEach(NetworkNamespace::close);
        host.close();
        mounts.close();
        holder.destroyForcibly();
    }
}
