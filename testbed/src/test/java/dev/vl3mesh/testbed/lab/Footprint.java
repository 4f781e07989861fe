package dev.vl3mesh.testbed.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What a lab could leave on a machine.
///
/// @param things by kind, each as the system names it
record Footprint(Map<String, Set<String>> things) {
    private static final String CGROUPS = "cgroups";

    /// What is there now.
    static Footprint take(LabPaths paths) {
        Commands commands = new Commands(new Progress(System.out, false));
        Map<String, Set<String>> things = new TreeMap<>();
        things.put("network namespaces", lines(commands, "ip", "-o", "netns", "list"));
        things.put("interfaces", lines(commands, "ip", "-br", "link"));
        things.put("routes", lines(commands, "ip", "route", "show", "table", "all"));
        things.put("routes of IPv6", lines(commands, "ip", "-6", "route", "show", "table", "main"));
        things.put("routing rules", lines(commands, "ip", "rule"));
        things.put("nftables", lines(commands, "nft", "list", "tables"));
        things.put("mounts", mounts());
        things.put(CGROUPS, cgroups());
        things.put("processes", processes(paths));
        return new Footprint(things);
    }

    private static Set<String> lines(Commands commands, String... command) {
        Commands.Result result = commands.attempt(List.of(command));
        assertThat(result.ok())
                .as(String.join(" ", command) + ": " + result.output())
                .isTrue();
        return new TreeSet<>(result.output().lines().map(String::strip).toList());
    }

    private static Set<String> mounts() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return new TreeSet<>(
                    lines.map(line -> Arrays.asList(line.split(" ")).get(4)).toList());
        } catch (IOException e) {
            throw new LabException("reading the mounts: " + e.getMessage(), e);
        }
    }

    private static Set<String> cgroups() {
        try (Stream<Path> folders = Files.walk(Path.of("/sys/fs/cgroup"), 2)) {
            return new TreeSet<>(
                    folders.filter(Files::isDirectory).map(Path::toString).toList());
        } catch (IOException e) {
            throw new LabException("reading the cgroups: " + e.getMessage(), e);
        }
    }

    /// Whether anybody lives in a group: then it is no lab's, whose processes are found otherwise.
    private static boolean inhabited(Path group) {
        try (Stream<Path> tree = Files.walk(group)) {
            for (Path processes : tree.filter(p -> p.endsWith("cgroup.procs")).toList()) {
                if (!Files.readString(processes).isBlank()) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // it is being taken away
        }
    }

    /// Programs of the lab run from its peers' folder, or know its state's.
    private static Set<String> processes(LabPaths paths) {
        Set<String> found = new TreeSet<>();
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .forEach(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(paths.peers().toString() + "/bin/")
                                || line.contains(paths.state().toString()))
                        .ifPresent(line -> found.add(process.pid() + " " + line)));
        return found;
    }

    /// Fails where something is there now that was not before, and says what on the failure's first line.
    void nothingSince(Footprint before) {
        Map<String, Set<String>> left = new TreeMap<>();
        things.forEach((kind, now) -> {
            Set<String> fresh = new TreeSet<>(now);
            fresh.removeAll(before.things().getOrDefault(kind, Set.of()));
            fresh.removeIf(name -> kind.equals(CGROUPS) && inhabited(Path.of(name)));
            if (!fresh.isEmpty()) {
                left.put(kind, fresh);
            }
        });
        assertThat(left).as("left behind: " + left).isEmpty();
    }
}
