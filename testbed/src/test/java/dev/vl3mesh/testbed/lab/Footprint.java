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
        things.put("cgroups", cgroups());
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

    /// Fails where something is there now that was not before.
    void sameAs(Footprint before) {
        things.forEach((kind, now) ->
                assertThat(now).as(kind).isEqualTo(before.things().get(kind)));
    }
}
