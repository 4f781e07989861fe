package dev.vl3mesh.testbed.lab;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/// The clusters of this machine. One lab at a time: its addresses are fixed.
public final class Lab implements ClusterProvider {
    private static final String ID = "vl3";
    private static final Path MACHINE_LOCK = Path.of("/run/lock/vl3mesh-lab");
    private static final Path OWNER = Path.of("/run/lock/vl3mesh-lab.owner");

    private final LabPaths paths;
    private final Progress progress;
    private final Commands commands;

    /// Looks at the machine's lab, whether it is up or not.
    ///
    /// @param progress hears what is done
    public Lab(LabPaths paths, Progress progress) {
        this.paths = paths;
        this.progress = progress;
        this.commands = new Commands(progress);
    }

    /// Brings the lab up, as far as it is not up; what an interrupted run left is completed or replaced.
    ///
    /// @param bare without vl3mesh
    ///
    /// @throws LabException if a lab of another shape is up, or something can't be started
    public void up(int clusters, int nodes, boolean bare) {
        paths.check();
        Topology topology = Topology.of(ID, clusters, nodes);
        try (FileLock _ = lock()) {
            own();
            Path shape = paths.state().resolve("shape");
            String wanted = clusters + " " + nodes;
            if (Files.exists(shape) && !Files.readString(shape).equals(wanted)) {
                throw new LabException("a lab of another shape (clusters, nodes: " + Files.readString(shape)
                        + ") is up: run ./vl3 lab down first");
            }
            ClusterFiles.put(shape, wanted);
            Network network = new Network(topology, commands);
            network.create();
            progress.step("network of " + clusters + " clusters with "
                    + topology.nodes().size() + " nodes");
            List<Path> images = images();
            inParallel(clusters(topology).stream()
                    .<Runnable>map(cluster -> () -> cluster.up(images))
                    .toList());
            writeKubeconfig(topology);
            if (!bare) {
                Installation installation = new Installation(paths, commands, progress);
                inParallel(clusters(topology).stream()
                        .<Runnable>map(
                                cluster -> () -> installation.install(cluster, cluster.kubeconfigFile(), List.of()))
                        .toList());
                join(clusters(topology));
            }
        } catch (IOException e) {
            throw new LabException("writing " + paths.state() + ": " + e.getMessage(), e);
        }
    }

    /// Upgrades vl3mesh in a cluster with other values of the chart than a lab's, and waits until everything runs.
    ///
    /// @param values such as `agent.nri=false`; none for what [#up] installs
    public void upgrade(LabCluster cluster, String... values) {
        new Installation(paths, commands, progress).install(cluster, cluster.kubeconfigFile(), List.of(values));
    }

    /// The first cluster is everybody's home.
    private void join(List<LabCluster> all) {
        Membership membership = new Membership(paths.kubeconfig(), progress);
        inParallel(all.stream()
                .skip(1)
                .<Runnable>map(member -> () -> membership.join(all.getFirst(), member))
                .toList());
        inParallel(all.stream()
                .<Runnable>map(cluster -> () -> membership.awaitWell(cluster))
                .toList());
    }

    /// Labs of a machine share its addresses, namespaces and cgroups, whatever folder they keep their state in.
    private FileLock lock() throws IOException {
        Files.createDirectories(paths.state());
        Files.createDirectories(MACHINE_LOCK.getParent());
        return FileChannel.open(MACHINE_LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                .lock();
    }

    /// Makes the machine's lab ours, unless one with another state folder is up.
    private void own() throws IOException {
        String ours = paths.state().toString();
        if (Files.exists(OWNER)) {
            String owner = Files.readString(OWNER).strip();
            if (!owner.equals(ours) && new Lab(paths.at(Path.of(owner)), progress).running()) {
                throw new LabException("a lab that keeps its state in " + owner + " is up: run VL3_STATE="
                        + Path.of(owner).getParent() + " ./vl3 lab down first");
            }
        }
        ClusterFiles.put(OWNER, ours);
    }

    /// Whether any node of this lab is on.
    public boolean running() {
        return clusters().stream().anyMatch(LabCluster::anyRunning);
    }

    private List<Path> images() throws IOException {
        List<Path> archives = new ArrayList<>();
        for (Path folder : paths.images()) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(f -> f.toString().endsWith(".tar")).sorted().forEach(archives::add);
            }
        }
        return archives;
    }

    private List<LabCluster> clusters(Topology topology) {
        Network network = new Network(topology, commands);
        return topology.clusters().stream()
                .map(plan -> new LabCluster(plan, network, paths, commands, progress))
                .toList();
    }

    @Override
    public List<LabCluster> clusters() {
        return topology().map(this::clusters).orElse(List.of());
    }

    /// The cluster of a name.
    ///
    /// @throws LabException if there is none
    public LabCluster cluster(String name) {
        return clusters().stream()
                .filter(cluster -> cluster.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new LabException("there is no cluster '" + name + "' in the lab: run ./vl3 lab status"));
    }

    private Optional<Topology> topology() {
        Path shape = paths.state().resolve("shape");
        if (!Files.exists(shape)) {
            return Optional.empty();
        }
        try {
            String[] words = Files.readString(shape).split(" ");
            return Optional.of(Topology.of(ID, Integer.parseInt(words[0]), Integer.parseInt(words[1])));
        } catch (IOException e) {
            throw new LabException("reading " + shape + ": " + e.getMessage(), e);
        }
    }

    /// Runs a command that may fail in the "internet", the namespace that routes between the nodes.
    public Commands.Result onInternet(String... command) {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", ID + "-inet"));
        line.addAll(List.of(command));
        return commands.attempt(line);
    }

    /// The address at which the clusters reach servers on the host.
    public String hostAddress() {
        return Topology.HOST_MGMT;
    }

    /// The merged kubeconfig.
    public Path kubeconfig() {
        return paths.kubeconfig();
    }

    private void writeKubeconfig(Topology topology) throws IOException {
        StringBuilder clusters = new StringBuilder();
        StringBuilder users = new StringBuilder();
        StringBuilder contexts = new StringBuilder();
        for (LabCluster cluster : clusters(topology)) {
            List<String> lines = cluster.kubeconfig().lines().toList();
            clusters.append(between(lines, "clusters:", "users:"));
            users.append(between(lines, "users:", "contexts:"));
            contexts.append(between(lines, "contexts:", "current-context:"));
        }
        ClusterFiles.put(
                paths.kubeconfig(),
                "apiVersion: v1\nkind: Config\nclusters:\n" + clusters + "users:\n" + users + "contexts:\n" + contexts
                        + "current-context: " + topology.clusters().getFirst().name() + "\n");
    }

    private static String between(List<String> lines, String start, String end) {
        int first = lines.indexOf(start) + 1;
        int last = first;
        while (!lines.get(last).startsWith(end)) {
            last++;
        }
        return String.join("\n", lines.subList(first, last)) + "\n";
    }

    /// Takes the lab down; nothing of it is left but logs.
    public void down() {
        try (FileLock _ = lock()) {
            own();
            Topology widest = Topology.of(ID, Topology.CLUSTER_NAMES.size(), 5);
            inParallel(clusters(widest).stream()
                    .<Runnable>map(cluster -> cluster::down)
                    .toList());
            progress.step("nodes are off");
            new Network(widest, commands).delete();
            saveLogs();
            delete(paths.state());
            Files.delete(OWNER);
            progress.step("network and state are gone; logs: " + paths.logs());
        } catch (IOException e) {
            throw new LabException("deleting " + paths.state() + ": " + e.getMessage(), e);
        }
    }

    private void saveLogs() throws IOException {
        Path nodes = paths.state().resolve("nodes");
        if (!Files.exists(nodes)) {
            return;
        }
        delete(paths.logs());
        Files.createDirectories(paths.logs());
        try (Stream<Path> folders = Files.list(nodes)) {
            for (Path node : folders.toList()) {
                Path log = node.resolve("log");
                if (Files.exists(log)) {
                    Files.move(log, paths.logs().resolve(node.getFileName()));
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void inParallel(List<Runnable> tasks) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> futures =
                    tasks.stream().map(threads::submit).toList();
            for (Future<?> future : futures) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LabException known
                    ? known
                    : new LabException("in the lab: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }
}
