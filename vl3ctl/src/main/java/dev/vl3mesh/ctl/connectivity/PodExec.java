package dev.vl3mesh.ctl.connectivity;

import dev.vl3mesh.ctl.cluster.CtlException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs scripts in test pods.
final class PodExec {
    private static final long TIMEOUT_SECONDS = 90;

    private PodExec() {}

    /// Runs the script of probes.
    ///
    /// @return the lines it printed
    /// @throws CtlException if it can't be run or does not end
    static List<String> probe(ProbePod pod, String namespace, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", Manifests.script("probe.sh"), "probe"));
        command.addAll(arguments);
        return run(pod, namespace, command);
    }

    /// Runs a command.
    ///
    /// @return the lines it printed
    /// @throws CtlException if it can't be run or does not end
    static List<String> run(ProbePod pod, String namespace, List<String> command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ExecWatch watch = pod.cluster()
                .client()
                .pods()
                .inNamespace(namespace)
                .withName(pod.pod())
                .inContainer(Manifests.CONTAINER)
                .writingOutput(out)
                .writingError(err)
                .exec(command.toArray(String[]::new))) {
            int code = watch.exitCode().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (code != 0) {
                throw new CtlException(
                        "in pod " + namespace + "/" + pod.pod() + " of " + pod.clusterName() + ": exit code " + code
                                + ": " + err.toString(StandardCharsets.UTF_8).strip());
            }
            return out.toString(StandardCharsets.UTF_8).lines().toList();
        } catch (ExecutionException | KubernetesClientException e) {
            throw new CtlException(
                    "running a command in pod " + namespace + "/" + pod.pod() + " of " + pod.clusterName() + ": "
                            + e.getMessage(),
                    e);
        } catch (TimeoutException e) {
            throw new CtlException(
                    "a probe in pod " + namespace + "/" + pod.pod() + " of " + pod.clusterName()
                            + " has not ended within " + TIMEOUT_SECONDS + " s",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CtlException("interrupted", e);
        }
    }
}
