package dev.vl3mesh.testbed.lab;

import dev.vl3mesh.testbed.lab.Topology.ClusterPlan;
import dev.vl3mesh.testbed.lab.Topology.NodePlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The wires of a lab: the namespaces of the nodes, and the internet namespace that routes between them and nowhere
/// else.
final class Network {
    private final Topology topology;
    private final Commands commands;

    Network(Topology topology, Commands commands) {
        this.topology = topology;
        this.commands = commands;
    }

    /// Makes what is not there yet.
    ///
    /// @throws LabException if the machine itself uses the lab's addresses; its routes are never touched
    void create() {
        String foreign = commands.run("ip", "route", "show", "root", Topology.LAB_NETWORKS)
                .lines()
                .filter(route -> !route.contains("dev " + management()))
                .collect(Collectors.joining("; "));
        if (!foreign.isEmpty()) {
            throw new LabException(
                    "this machine has routes into " + Topology.LAB_NETWORKS + ", which the lab uses: " + foreign);
        }
        if (!exists(topology.inet())) {
            commands.run("ip", "netns", "add", topology.inet());
        }
        inInet("link", "set", "lo", "up");
        sysctl("net.ipv4.ip_forward=1");
        sysctl("net.ipv6.conf.all.forwarding=1");
        if (!Files.exists(Path.of("/sys/class/net/" + management()))) {
            commands.run(
                    "ip",
                    "link",
                    "add",
                    management(),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "mgmt",
                    "netns",
                    topology.inet());
        }
        commands.run("ip", "address", "replace", Topology.HOST_MGMT + "/30", "dev", management());
        commands.run("ip", "link", "set", management(), "up");
        inInet("address", "replace", Topology.INET_MGMT + "/30", "dev", "mgmt");
        inInet("link", "set", "mgmt", "up");
        for (ClusterPlan cluster : topology.clusters()) {
            createBridge(cluster);
            commands.run(
                    "ip",
                    "route",
                    "replace",
                    cluster.nodeNetwork(),
                    "via",
                    Topology.INET_MGMT,
                    "src",
                    Topology.HOST_MGMT);
        }
    }

    /// The host's end of the management link.
    private String management() {
        return topology.lab() + "-mgmt";
    }

    private void createBridge(ClusterPlan cluster) {
        if (!commands.attempt(inetCommand("link", "show", cluster.bridge())).ok()) {
            inInet("link", "add", cluster.bridge(), "type", "bridge", "forward_delay", "0");
        }
        inInet("address", "replace", cluster.gateway() + "/24", "dev", cluster.bridge());
        inInet("address", "replace", cluster.gateway6() + "/64", "dev", cluster.bridge(), "nodad");
        inInet("link", "set", cluster.bridge(), "up");
    }

    /// Gives a node its namespace and uplink, new even if there was one: a node that boots has no old connections.
    void plug(NodePlan node, ClusterPlan cluster) {
        if (exists(node.netns())) {
            commands.run("ip", "netns", "delete", node.netns());
        }
        commands.run("ip", "netns", "add", node.netns());
        commands.attempt(inetCommand("link", "delete", node.name()));
        inInet("link", "add", node.name(), "type", "veth", "peer", "name", "eth0", "netns", node.netns());
        inInet("link", "set", node.name(), "master", cluster.bridge(), "up");
        inNode(node, "link", "set", "lo", "up");
        inNode(node, "address", "add", node.address() + "/24", "dev", "eth0");
        inNode(node, "address", "add", node.address6() + "/64", "dev", "eth0", "nodad");
        inNode(node, "link", "set", "eth0", "up");
        inNode(node, "route", "add", "default", "via", cluster.gateway());
        inNode(node, "-6", "route", "add", "default", "via", cluster.gateway6());
        for (NodePlan other : cluster.nodes()) {
            if (other.number() != node.number()) {
                inNode(node, "route", "add", other.podCidr(), "via", other.address());
            }
        }
    }

    /// Takes a cluster off the internet, or puts it back; its own nodes still reach each other.
    void setConnected(ClusterPlan cluster, boolean connected) {
        String table = "cut-" + cluster.name();
        restore(table);
        if (!connected) {
            drop(table, "iifname", cluster.bridge(), "oifname", "!=", "mgmt");
            drop(table, "oifname", cluster.bridge(), "iifname", "!=", "mgmt");
        }
    }

    /// Drops TCP between the internet and a port of a cluster's nodes, or lets it pass again.
    void setReachableAt(ClusterPlan cluster, int port, boolean reachable) {
        String table = "closed-" + cluster.name() + "-" + port;
        restore(table);
        if (!reachable) {
            String number = Integer.toString(port);
            drop(table, "oifname", cluster.bridge(), "iifname", "!=", "mgmt", "tcp", "dport", number);
            drop(table, "iifname", cluster.bridge(), "oifname", "!=", "mgmt", "tcp", "sport", number);
        }
    }

    /// Takes away what [#drop] made.
    private void restore(String table) {
        commands.attempt(nft("delete", "table", "inet", table));
    }

    private void drop(String table, String... packets) {
        commands.run(nft("add", "table", "inet", table));
        commands.run(nft("add", "chain", "inet", table, "forward", "{ type filter hook forward priority 0 ; }"));
        List<String> rule = new ArrayList<>(nft("add", "rule", "inet", table, "forward"));
        rule.addAll(List.of(packets));
        rule.add("drop");
        commands.run(rule);
    }

    /// Removes everything, also what an interrupted lab left.
    void delete() {
        commands.attempt(List.of("ip", "link", "delete", management()));
        for (String line : commands.run("ip", "netns", "list").lines().toList()) {
            String namespace = line.split(" ", 2)[0];
            if (namespace.startsWith(topology.lab() + "-")) {
                commands.run("ip", "netns", "delete", namespace);
            }
        }
        if (commands.run("ip", "netns", "list").isBlank()) {
            // ip mounted it when it made the first one, and does so again
            commands.attempt(List.of("umount", "/run/netns"));
        }
    }

    private static boolean exists(String namespace) {
        return Files.exists(Path.of("/run/netns/" + namespace));
    }

    private void sysctl(String setting) {
        commands.run("ip", "netns", "exec", topology.inet(), "sysctl", "-q", "-w", setting);
    }

    private List<String> nft(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", topology.inet(), "nft"));
        command.addAll(List.of(arguments));
        return command;
    }

    private List<String> inetCommand(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", topology.inet()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void inInet(String... arguments) {
        commands.run(inetCommand(arguments));
    }

    private void inNode(NodePlan node, String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", node.netns()));
        command.addAll(List.of(arguments));
        commands.run(command);
    }
}
