package dev.vl3mesh.bench.lab;

import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Topology.NodePlan;
import java.nio.file.Path;

/// What a domain is compared to: the kernel's VXLAN between two network namespaces, one on each of two nodes, set up by
/// `ip` in the plainest way. Either the device is in the namespace itself, or, routed, behind a veth in a second one,
/// as
/// a pod's is.
///
/// ```
///   plain    [ namespace ~ vxlan ] ~ node ── internet ── node ~ [ vxlan ~ namespace ]
///   routed   [ namespace ] ── veth ── [ router ~ vxlan ] ~ node ── internet ── ...
/// ```
final class PlainVxlan implements AutoCloseable {
    private final Commands commands;
    private final Undo undo = new Undo();
    private final String prefix;
    private final String network;
    private final int id;

    /// @param mtu of all its interfaces
    /// @param routed whether the device is behind a router
    PlainVxlan(Commands commands, World world, int mtu, boolean routed) {
        this.commands = commands;
        this.prefix = routed ? "vl3b-r-" : "vl3b-p-";
        this.network = routed ? "198.19.2." : "198.19.1.";
        this.id = routed ? 4_000_002 : 4_000_001;
        NodePlan east = world.cluster("east").node(1);
        NodePlan west = world.cluster("west").node(1);
        side(east, west, "east", 1, mtu, routed);
        side(west, east, "west", 2, mtu, routed);
    }

    private void side(NodePlan own, NodePlan other, String name, int number, int mtu, boolean routed) {
        String end = namespace(name);
        String device = routed ? namespace(name + "-router") : end;
        String vxlan = "vl3b" + id % 10;
        run(
                "ip",
                "-n",
                own.netns(),
                "link",
                "add",
                vxlan,
                "mtu",
                Integer.toString(mtu),
                "type",
                "vxlan",
                "id",
                Integer.toString(id),
                "local",
                own.address(),
                "remote",
                other.address(),
                "dstport",
                "4791",
                "nolearning",
                "df",
                "set");
        run("ip", "-n", own.netns(), "link", "set", vxlan, "netns", device);
        run("ip", "-n", device, "link", "set", vxlan, "up");
        if (!routed) {
            run("ip", "-n", end, "addr", "add", network + number + "/24", "dev", vxlan);
            return;
        }
        int far = 3 - number;
        run(
                "ip",
                "-n",
                end,
                "link",
                "add",
                "eth0",
                "mtu",
                Integer.toString(mtu),
                "type",
                "veth",
                "peer",
                "name",
                "pod",
                "mtu",
                Integer.toString(mtu),
                "netns",
                device);
        run("ip", "-n", end, "addr", "add", network + number + "/32", "dev", "eth0");
        run("ip", "-n", end, "link", "set", "eth0", "up");
        run("ip", "-n", device, "link", "set", "pod", "up");
        run("ip", "-n", device, "addr", "add", "198.19.3." + number + "/24", "dev", vxlan);
        run("ip", "-n", device, "route", "add", network + number + "/32", "dev", "pod");
        run("ip", "-n", device, "route", "add", network + far + "/32", "via", "198.19.3." + far);
        run("ip", "-n", device, "addr", "add", network + "254/32", "dev", "pod");
        run("ip", "-n", end, "route", "add", network + "254/32", "dev", "eth0");
        run("ip", "-n", end, "route", "add", network + far + "/32", "via", network + "254");
        run("ip", "netns", "exec", device, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
    }

    /// Makes a namespace; one that an interrupted run left is made anew.
    private String namespace(String name) {
        String full = prefix + name;
        commands.attempt(java.util.List.of("ip", "netns", "del", full));
        run("ip", "netns", "add", full);
        undo.later(() -> run("ip", "netns", "del", full));
        run("ip", "-n", full, "link", "set", "lo", "up");
        return full;
    }

    private void run(String... command) {
        commands.run(command);
    }

    /// Traffic from the east's namespace to the west's.
    Traffic traffic() {
        return new Traffic(
                Path.of("/run/netns/" + prefix + "east"), Path.of("/run/netns/" + prefix + "west"), network + "2");
    }

    /// The MTU of an interface in a network namespace.
    static int mtu(Path namespace, String link) throws java.io.IOException {
        Process process = new ProcessBuilder("nsenter", "--net=" + namespace, "ip", "-o", "link", "show", link).start();
        String line = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        java.util.regex.Matcher matcher =
                java.util.regex.Pattern.compile(" mtu ([0-9]+) ").matcher(line);
        if (!matcher.find()) {
            throw new java.io.IOException("no interface " + link + " in " + namespace);
        }
        return Integer.parseInt(matcher.group(1));
    }

    @Override
    public void close() {
        undo.close();
    }
}
