package dev.vl3mesh.testbed.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The real kubectl with the lab's contexts.
public final class Kubectl {
    private final LabPaths paths;
    private final Commands commands;

    /// Works with the merged kubeconfig of a lab.
    public Kubectl(LabPaths paths, Commands commands) {
        this.paths = paths;
        this.commands = commands;
    }

    /// Runs kubectl.
    ///
    /// @throws LabException if it fails, with its output
    public String run(String context, String... arguments) {
        return commands.run(line(context, arguments));
    }

    /// Runs a kubectl that may fail.
    public Commands.Result attempt(String context, String... arguments) {
        return commands.attempt(line(context, arguments));
    }

    /// Applies manifests.
    ///
    /// @throws LabException if one is refused, with the reason
    public void apply(String context, Path file) {
        run(context, "apply", "-f", file.toString());
    }

    /// Runs a command in a pod.
    ///
    /// @param pod a pod, or `deploy/<name>` for any of a deployment
    public Commands.Result exec(String context, String namespace, String pod, String... command) {
        List<String> arguments = new ArrayList<>(List.of("exec", "--quiet", "-n", namespace, pod, "--"));
        arguments.addAll(Arrays.asList(command));
        return attempt(context, arguments.toArray(String[]::new));
    }

    private List<String> line(String context, String... arguments) {
        List<String> line = new ArrayList<>(List.of(
                paths.peers().resolve("bin/kube").toString(),
                "kubectl",
                "--kubeconfig",
                paths.kubeconfig().toString(),
                "--context",
                context));
        line.addAll(Arrays.asList(arguments));
        return line;
    }
}
