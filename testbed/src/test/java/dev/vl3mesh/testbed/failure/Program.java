package dev.vl3mesh.testbed.failure;

import dev.vl3mesh.testbed.lab.LabCluster;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The programs of our pods, as processes of a cluster's first node.
enum Program {
    AGENT("vl3-agent", "dev.vl3mesh.agent.AgentMain"),
    CONTROL("vl3-control", "dev.vl3mesh.bridge.BridgeMain"),
    INJECTOR("vl3-injector", "dev.vl3mesh.injector.InjectorMain");

    private final String component;
    private final String mainClass;

    Program(String component, String mainClass) {
        this.component = component;
        this.mainClass = mainClass;
    }

    /// The name of its Deployment or DaemonSet, and of its label.
    String component() {
        return component;
    }

    /// The ids of its processes on the node.
    Set<String> pids(LabCluster cluster) {
        return cluster.attempt(1, "pgrep", "-f", mainClass + "$")
                .output()
                .lines()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Kills all of its processes.
    void kill(LabCluster cluster) {
        pids(cluster).forEach(pid -> kill(cluster, pid));
    }

    /// Kills the process of one pod.
    void killIn(LabCluster cluster, String pod) {
        pids(cluster).stream()
                .filter(pid -> cluster.attempt(
                                1,
                                "grep",
                                "--quiet",
                                "--null-data",
                                "--line-regexp",
                                "VL3_POD=" + pod,
                                "/proc/" + pid + "/environ")
                        .ok())
                .forEach(pid -> kill(cluster, pid));
    }

    private static void kill(LabCluster cluster, String pid) {
        cluster.exec(1, "kill", "-9", pid);
    }
}
