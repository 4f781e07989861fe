package dev.vl3mesh.testbed.lab;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The lab's command line; the launcher calls it.
public final class LabMain {
    private LabMain() {}

    /// Runs one verb and exits with 0, 1 where something is not well, or 2 for a wrong call.
    ///
    /// @param args `up [--clusters N] [--nodes N] [--bare]`, `status`, `down`, `kubeconfig`, or `exec CLUSTER NODE`
    /// with a command; `--verbose` anywhere
    @SuppressWarnings("SystemExitOutsideMain") // the exit code is the answer to the launcher
    public static void main(String[] args) {
        PrintStream out = System.out;
        List<String> words = new ArrayList<>(List.of(args));
        boolean verbose = words.remove("--verbose");
        try {
            System.exit(run(words, new Lab(LabPaths.of(System.getenv()), new Progress(out, verbose)), out));
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (LabException e) {
            System.err.println("lab: " + e.getMessage());
            if (verbose) {
                e.printStackTrace();
            }
            System.exit(1);
        }
    }

    private static int run(List<String> words, Lab lab, PrintStream out) {
        String verb = words.isEmpty() ? "" : words.removeFirst();
        switch (verb) {
            case "up" -> {
                UpOptions options = UpOptions.parse(words);
                lab.up(options.clusters(), options.nodes(), options.bare());
            }
            case "down" -> {
                none(verb, words);
                lab.down();
            }
            case "status" -> {
                none(verb, words);
                return status(lab, out);
            }
            case "kubeconfig" -> out.println(lab.kubeconfig());
            case "exec" -> {
                LabCluster cluster = lab.cluster(words.removeFirst());
                return passThrough(cluster.entering(Integer.parseInt(words.removeFirst()), words));
            }
            default -> {
                System.err.println("lab: unknown verb '" + verb + "': one of up, status, down, kubeconfig, exec");
                return 2;
            }
        }
        return 0;
    }

    private static void none(String verb, List<String> words) {
        if (!words.isEmpty()) {
            throw new UsageException("lab " + verb + " takes no arguments: '" + words.getFirst() + "'");
        }
    }

    private static int status(Lab lab, PrintStream out) {
        List<LabCluster> clusters = lab.clusters();
        if (clusters.isEmpty()) {
            out.println("no lab is up: run ./vl3 lab up");
            return 1;
        }
        boolean well = true;
        for (LabCluster cluster : clusters) {
            long ready = 0;
            if (cluster.running()) {
                try (KubernetesClient client = cluster.client()) {
                    ready = LabCluster.readyNodes(client);
                }
            }
            well &= ready == cluster.nodes();
            out.printf(
                    Locale.ROOT,
                    "%-6s %s  nodes ready: %d of %d%n",
                    cluster.name(),
                    cluster.running() ? "on " : "off",
                    ready,
                    cluster.nodes());
        }
        return well ? 0 : 1;
    }

    private static int passThrough(List<String> command) {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new LabException(command.getFirst() + " can't be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        }
    }
}
