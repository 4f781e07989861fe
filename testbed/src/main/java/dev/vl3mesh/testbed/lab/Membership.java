package dev.vl3mesh.testbed.lab;

import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.ctl.Vl3Ctl;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Joins the lab's clusters to the first one, as an operator would: by vl3ctl.
public final class Membership {
    private final Path kubeconfig;
    private final Progress progress;

    /// Works with the contexts of a kubeconfig, which are the clusters' names.
    public Membership(Path kubeconfig, Progress progress) {
        this.kubeconfig = kubeconfig;
        this.progress = progress;
    }

    /// What a call of vl3ctl did.
    ///
    /// @param out the answer
    /// @param err progress and errors
    public record Answer(int exitCode, String out, String err) {}

    /// Runs vl3ctl.
    ///
    /// @param context the cluster it speaks to
    public Answer ctl(String context, String... arguments) {
        List<String> words = new ArrayList<>(List.of(arguments));
        words.addAll(List.of("--context", context, "--kubeconfig", kubeconfig.toString()));
        progress.detail("vl3ctl " + arguments[0] + " --context " + context);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Vl3Ctl.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                false,
                InstantSource.system(),
                words.toArray(String[]::new));
        return new Answer(exitCode, out.toString(), err.toString());
    }

    /// Joins a cluster to a home unless it is linked to it already.
    ///
    /// @throws LabException with vl3ctl's reason
    public void join(LabCluster home, LabCluster member) {
        try (KubernetesClient client = member.client()) {
            if (client.resources(Link.class).withName(home.name()).get() != null) {
                return;
            }
        }
        String invitation = need(home.name(), "invite", "--for", member.name(), "--ttl", "10m");
        need(member.name(), "join", invitation.strip());
        progress.step(member.name() + ": joined " + home.name());
    }

    /// Lets a cluster leave a home.
    ///
    /// @throws LabException with vl3ctl's reason
    public void leave(LabCluster home, LabCluster member) {
        need(member.name(), "leave", home.name());
        progress.step(member.name() + ": left " + home.name());
    }

    /// Waits until vl3ctl finds everything of a cluster well.
    ///
    /// @throws LabException with what is not well
    void awaitWell(LabCluster cluster) {
        need(cluster.name(), "status", "--wait", "--timeout", "90s");
        progress.step(cluster.name() + ": all is well");
    }

    private String need(String context, String... arguments) {
        Answer answer = ctl(context, arguments);
        if (answer.exitCode() != 0) {
            throw new LabException("vl3ctl " + arguments[0] + " --context " + context + ": exit code "
                    + answer.exitCode() + ": " + answer.err().strip() + "\n" + answer.out());
        }
        return answer.out();
    }
}
