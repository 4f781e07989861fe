package dev.vl3mesh.testbed.lab;

import dev.vl3mesh.testbed.lab.Topology.NodePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A node's machine: started, entered, and cut from power. It is known by its process id, that process's start time
/// and
/// the host's boot, so that an id used again is not taken for it.
final class Machine {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final NodePlan plan;
    private final Path state;
    private final LabPaths paths;
    private final Commands commands;

    Machine(NodePlan plan, Path state, LabPaths paths, Commands commands) {
        this.plan = plan;
        this.state = state;
        this.paths = paths;
        this.commands = commands;
    }

    /// Whether the machine's power is on.
    boolean running() {
        return launcher().isPresent();
    }

    private Optional<ProcessHandle> launcher() {
        Path file = state.resolve("machine");
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            String saved = Files.readString(file).strip();
            return ProcessHandle.of(Long.parseLong(saved.split(" ", 2)[0]))
                    .filter(process -> identity(process.pid()).equals(saved));
        } catch (IOException e) {
            throw new LabException("reading " + file + ": " + e.getMessage(), e);
        }
    }

    /// A process and when it started, in ticks since this boot of the host: field 22 of proc_pid_stat(5), whose
    /// second
    /// field may hold anything but ends with the last parenthesis.
    private static String identity(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String started = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
            return pid + " " + started + " "
                    + Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                            .strip();
        } catch (IOException e) {
            return pid + " gone"; // between being listed and being read
        }
    }

    /// Switches the machine on. Its network must be plugged in.
    void start() {
        killLeftovers();
        removeCgroups();
        Path script = paths.state().resolve("node.sh");
        try {
            ClusterFiles.put(script, ClusterFiles.resource("node.sh"));
            Path settings = state.resolve("machine.env");
            ClusterFiles.put(
                    settings,
                    String.join(
                            "\n",
                            "LAB=" + plan.lab(),
                            "NODE=" + plan.name(),
                            "NODE_IP=" + plan.address(),
                            "REGION=" + plan.cluster(),
                            "NETNS=" + plan.netns(),
                            "STATE=" + state,
                            "PEERS=" + paths.peers().toRealPath(),
                            "CONTROL_PLANE=" + (plan.number() == 1 ? "yes" : "no"),
                            ""));
            Files.createDirectories(state.resolve("log"));
            Process process = new ProcessBuilder("bash", script.toString(), "start", settings.toString())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            state.resolve("log/machine.log").toFile()))
                    .start();
            ClusterFiles.put(state.resolve("machine"), identity(process.pid()) + "\n");
        } catch (IOException e) {
            throw new LabException("starting node " + plan.name() + ": " + e.getMessage(), e);
        }
    }

    /// Waits until the machine has its own root; false if it went off before, or takes too long.
    boolean boots() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (System.nanoTime() < end && running()) {
            if (booted().isPresent()) {
                return true;
            }
            LabCluster.pause("node " + plan.name());
        }
        return false;
    }

    /// The last lines that the machine itself wrote, for errors.
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(state.resolve("log/machine.log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }

    /// The id, on the host, of the machine's pid 1.
    long init() {
        return booted().orElseThrow(() -> new LabException("node " + plan.name() + " is "
                + (running() ? "on, but has no root file system yet" : "off") + "; its last words: "
                + lastWords()));
    }

    private Optional<Long> booted() {
        return launcher()
                .flatMap(launcher -> launcher.children()
                        .map(ProcessHandle::pid)
                        .filter(pid -> Files.exists(Path.of("/proc/" + pid + "/root/run/pid/containerd")))
                        .findFirst());
    }

    /// The command line that runs a command inside the machine.
    List<String> entering(List<String> command) {
        List<String> line = new ArrayList<>(
                List.of("nsenter", "-t", Long.toString(init()), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"));
        line.addAll(List.of("/usr/bin/env", "PATH=/opt/peers/bin:/usr/sbin:/usr/bin"));
        line.addAll(command);
        return line;
    }

    Commands.Result attempt(String... command) {
        return commands.attempt(entering(Arrays.asList(command)));
    }

    String run(String... command) {
        return commands.run(entering(Arrays.asList(command)));
    }

    /// Imports an image unless this very file was imported before.
    void load(Path archive) {
        Path stamp = state.resolve("images").resolve(archive.getFileName());
        try {
            String version = Files.getLastModifiedTime(archive) + " " + Files.size(archive);
            if (Files.exists(stamp) && Files.readString(stamp).equals(version)) {
                return;
            }
            Commands.Result result =
                    commands.attempt(entering(List.of("ctr", "-n", "k8s.io", "images", "import", "-")), archive);
            if (!result.ok()) {
                throw new LabException("importing " + archive + " on " + plan.name() + ": "
                        + result.output().strip());
            }
            ClusterFiles.put(stamp, version);
        } catch (IOException e) {
            throw new LabException("importing " + archive + " on " + plan.name() + ": " + e.getMessage(), e);
        }
    }

    /// Cuts the power: every process of the machine is gone at return.
    void powerOff() {
        launcher().ifPresent(launcher -> {
            List<ProcessHandle> inside = launcher.descendants().toList();
            launcher.destroyForcibly();
            inside.forEach(ProcessHandle::destroyForcibly);
            launcher.onExit().join();
            inside.forEach(process -> process.onExit().join());
        });
        killLeftovers();
        removeCgroups();
    }

    /// Kills what an interrupted run left in the machine's cgroups.
    private void killLeftovers() {
        for (Path group : groups()) {
            try (Stream<Path> tree = Files.walk(group)) {
                for (Path processes :
                        tree.filter(p -> p.endsWith("cgroup.procs")).toList()) {
                    Files.readAllLines(processes)
                            .forEach(
                                    pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> {
                                        process.destroyForcibly();
                                        process.onExit().join();
                                    }));
                }
            } catch (IOException e) {
                throw new LabException("reading " + group + ": " + e.getMessage(), e);
            }
        }
    }

    /// A kubelet that finds cgroups of pods from before its boot spends minutes on them.
    private void removeCgroups() {
        for (Path group : groups()) {
            commands.run("find", group.toString(), "-depth", "-type", "d", "-exec", "rmdir", "{}", "+");
        }
    }

    private List<Path> groups() {
        String name = plan.lab() + "-" + plan.name();
        try (Stream<Path> controllers = Files.list(CGROUPS)) {
            return Stream.concat(Stream.of(CGROUPS), controllers)
                    .map(controller -> controller.resolve(name))
                    .filter(Files::isDirectory)
                    .filter(group -> !Files.isSymbolicLink(group.getParent()))
                    .toList();
        } catch (IOException e) {
            throw new LabException("listing " + CGROUPS + ": " + e.getMessage(), e);
        }
    }
}
