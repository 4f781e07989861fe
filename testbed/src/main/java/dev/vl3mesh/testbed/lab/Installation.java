package dev.vl3mesh.testbed.lab;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Installs vl3mesh as an operator would: the real helm, the chart, a few values.
public final class Installation {
    /// Where our components run.
    public static final String NAMESPACE = "vl3mesh-system";

    private static final int LINK_PORT = 30_443;
    private static final int READY_SECONDS = 300;

    private final LabPaths paths;
    private final Commands commands;
    private final Progress progress;

    Installation(LabPaths paths, Commands commands, Progress progress) {
        this.paths = paths;
        this.commands = commands;
        this.progress = progress;
    }

    /// Installs or upgrades the chart in a cluster, and waits until everything runs.
    ///
    /// @param more values of the chart that a test wants, such as `agent.nri=false`
    void install(LabCluster cluster, Path kubeconfig, List<String> more) {
        try (KubernetesClient client = cluster.client()) {
            for (Path definition : list(paths.chart().resolve("crds"), ".yaml")) {
                // helm never upgrades these
                client.resource(Files.readString(definition)).forceConflicts().serverSideApply();
            }
            List<String> command = new ArrayList<>(List.of(
                    paths.peers().resolve("bin/helm").toString(),
                    "--kubeconfig",
                    kubeconfig.toString(),
                    "upgrade",
                    "--install",
                    "vl3mesh",
                    paths.chart().toString(),
                    "--namespace",
                    NAMESPACE,
                    "--create-namespace",
                    "--skip-crds"));
            List<String> values = new ArrayList<>(List.of(
                    "cluster.name=" + cluster.name(),
                    "link.address=" + cluster.nodePort(LINK_PORT),
                    "control.replicas=1",
                    "injector.replicas=1",
                    "image.build=" + build()));
            values.addAll(more);
            for (String value : values) {
                command.add("--set-string");
                command.add(value);
            }
            commands.run(command);
            LabCluster.await("vl3mesh in " + cluster.name(), READY_SECONDS, () -> ready(client));
            progress.step(cluster.name() + ": vl3mesh ready");
        } catch (IOException e) {
            throw new LabException("reading the chart " + paths.chart() + ": " + e.getMessage(), e);
        }
    }

    /// Changes when an image does; the tag stays the same in a lab.
    private String build() throws IOException {
        StringBuilder keys = new StringBuilder();
        for (Path folder : paths.images()) {
            for (Path key : list(folder, ".key")) {
                keys.append(Files.readString(key));
            }
        }
        return "b"
                + Integer.toHexString(keys.toString().getBytes(StandardCharsets.UTF_8).length * 31
                        + keys.toString().hashCode());
    }

    private static List<Path> list(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean ready(KubernetesClient client) {
        List<Deployment> deployments =
                client.apps().deployments().inNamespace(NAMESPACE).list().getItems();
        boolean deployed = deployments.stream().allMatch(Installation::ready);
        return deployed
                && !deployments.isEmpty()
                && client.apps().daemonSets().inNamespace(NAMESPACE).list().getItems().stream()
                        .allMatch(set -> set.getStatus() != null
                                && set.getStatus().getObservedGeneration() != null
                                && set.getStatus()
                                        .getObservedGeneration()
                                        .equals(set.getMetadata().getGeneration())
                                && set.getStatus().getDesiredNumberScheduled() > 0
                                && set.getStatus()
                                        .getDesiredNumberScheduled()
                                        .equals(set.getStatus().getNumberReady())
                                && set.getStatus()
                                        .getDesiredNumberScheduled()
                                        .equals(set.getStatus().getUpdatedNumberScheduled()));
    }

    private static boolean ready(Deployment deployment) {
        var status = deployment.getStatus();
        return status != null
                && deployment.getMetadata().getGeneration().equals(status.getObservedGeneration())
                && deployment.getSpec().getReplicas().equals(status.getUpdatedReplicas())
                && deployment.getSpec().getReplicas().equals(status.getReadyReplicas())
                && deployment.getSpec().getReplicas().equals(status.getReplicas());
    }
}
