package dev.vl3mesh.testbed.lab;

import dev.vl3mesh.testbed.lab.Topology.NodePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A node's machine: started, entered, and cut from power. It is known by its process id and that process's start time,
/// so that an id used again is not
/// taken for it.
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
            String[] words = Files.readString(file).strip().split(" ");
            return ProcessHandle.of(Long.parseLong(words[0]))
                    .filter(p -> startTime(p).equals(words[1]));
        } catch (IOException e) {
            throw new LabException("reading " + file + ": " + e.getMessage(), e);
        }
    }

    private static String startTime(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(i -> Long.toString(i.toEpochMilli()))
                .orElse("gone");
    }

    /// Switches the machine on. Its network must be plugged in.
    void start() {
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
            Files.writeString(state.resolve("machine"), process.pid() + " " + startTime(process.toHandle()) + "\n");
        } catch (IOException e) {
            throw new LabException("starting node " + plan.name() + ": " + e.getMessage(), e);
        }
    }

    /// The id, on the host, of the machine's pid 1; waits a moment for a machine that has just been switched on to have
    /// its own root.
    long init() {
        LabCluster.await("the root file system of " + plan.name(), 10, () -> booted().isPresent());
        return booted().orElseThrow(() -> new LabException("node " + plan.name() + " went off"));
    }

    private Optional<Long> booted() {
        ProcessHandle launcher = launcher().orElseThrow(() -> new LabException("node " + plan.name() + " is off"));
        return launcher.children()
                .map(ProcessHandle::pid)
                .filter(pid -> Files.exists(Path.of("/proc/" + pid + "/root/run/pid/containerd")))
                .findFirst();
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
