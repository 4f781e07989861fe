package dev.vl3mesh.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the processes of some nodes use at one moment.
final class Usage {
    private static final double TICKS_PER_SECOND = 100;
    private static final double KIB_PER_MIB = 1024;

    private record Program(String node, String commandLine, double residentKib, double proportionalKib, long ticks) {}

    private final List<Program> programs;

    private Usage(List<Program> programs) {
        this.programs = programs;
    }

    /// Looks at all processes whose control group is one of a node's.
    ///
    /// @param nodes the nodes' names on this machine
    static Usage of(Collection<String> nodes) {
        List<Program> programs = new ArrayList<>();
        ProcessHandle.allProcesses().forEach(process -> {
            Path folder = Path.of("/proc/" + process.pid());
            try {
                String groups = Files.readString(folder.resolve("cgroup"));
                for (String node : nodes) {
                    if (groups.contains("/" + node)) {
                        programs.add(program(node, folder));
                    }
                }
            } catch (IOException e) {
                // it ended between being listed and being read
            }
        });
        return new Usage(programs);
    }

    /// Times of ended children are in those of their parent, so that no process is forgotten or counted twice: fields
    /// 14 to 17 of proc_pid_stat(5).
    private static Program program(String node, Path folder) throws IOException {
        String stat = Files.readString(folder.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Arrays.stream(fields, 11, 15).mapToLong(Long::parseLong).sum();
        List<String> memory = Files.readAllLines(folder.resolve("smaps_rollup"));
        return new Program(
                node,
                Files.readString(folder.resolve("cmdline")).replace('\0', ' '),
                kib(memory, "Rss:"),
                kib(memory, "Pss:"),
                ticks);
    }

    private static double kib(List<String> lines, String field) {
        Optional<String> line =
                lines.stream().filter(text -> text.startsWith(field)).findFirst();
        return line.map(text -> Double.parseDouble(text.replaceAll("[^0-9]", "")))
                .orElse(0.0);
    }

    /// The number of processes.
    int processes() {
        return programs.size();
    }

    /// All processor time since the nodes were switched on, in seconds.
    double cpuSeconds() {
        return programs.stream().mapToLong(Program::ticks).sum() / TICKS_PER_SECOND;
    }

    /// Memory, in MiB; a page that several processes share counts for each.
    double residentMib() {
        return programs.stream().mapToDouble(Program::residentKib).sum() / KIB_PER_MIB;
    }

    /// Memory, in MiB; a page that several processes share counts once in all.
    double proportionalMib() {
        return programs.stream().mapToDouble(Program::proportionalKib).sum() / KIB_PER_MIB;
    }

    /// Resident MiB by the last word that begins so, of each command line on a node that has one.
    Map<String, Double> of(String node, String word) {
        Map<String, Double> sums = new TreeMap<>();
        for (Program program : programs) {
            if (program.node().equals(node)) {
                Arrays.stream(program.commandLine().split(" "))
                        .filter(part -> part.startsWith(word))
                        .findFirst()
                        .ifPresent(main -> sums.merge(
                                main.substring(main.lastIndexOf('.') + 1),
                                program.residentKib() / KIB_PER_MIB,
                                Double::sum));
            }
        }
        return sums;
    }
}
