package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.render.Styles.Tone;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Says why a pod is, or is not, in which domains.
@Command(
        name = "pod",
        description = "Says why a pod is, or is not, in which domains, by the rule that admission uses.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the pod is as its labels say", "1:it is not, or it would be refused", "2:a wrong call"})
public final class ExplainPodCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final PodReference reference = new PodReference();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description = "A pod's manifest, instead of a pod that exists.")
    private @Nullable Path file;

    /// Makes the verb.
    public ExplainPodCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = session.cluster()) {
            Pod pod = file == null ? reference.find(cluster) : read(file);
            String namespace =
                    Objects.requireNonNullElseGet(pod.getMetadata().getNamespace(), () -> reference.namespace(cluster));
            boolean webhooks = cluster.client()
                            .admissionRegistration()
                            .v1()
                            .mutatingWebhookConfigurations()
                            .withName("vl3-injector")
                            .get()
                    != null;
            PodExplanation explanation = PodExplanation.of(
                    pod,
                    namespace,
                    PodReference.namespaceLabel(cluster, namespace, Labels.DOMAINS),
                    DomainsCommand.views(cluster, cluster.self().name()),
                    webhooks);
            session.answer(explanation, () -> text(explanation, session.styles()));
            return explanation.consistent() ? ExitCodes.WELL : ExitCodes.NOT_WELL;
        }
    }

    private static Pod read(Path file) {
        try {
            Object read = new KubernetesSerialization().unmarshal(Files.readString(file));
            if (read instanceof Pod pod) {
                return pod;
            }
            throw new CtlException(
                    file + " holds " + (read instanceof HasMetadata other ? "a " + other.getKind() : "no")
                            + " Pod: of a Deployment and the like, write down the pod of its template");
        } catch (IOException e) {
            throw new CtlException("the manifest " + file + " can't be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CtlException(file + " is no Kubernetes manifest: " + e.getMessage(), e);
        }
    }

    static String text(PodExplanation explanation, Styles styles) {
        StringBuilder text = new StringBuilder();
        text.append("pod ").append(explanation.pod()).append(": ");
        String verdict = explanation.decision()
                + (explanation.domains().isEmpty() ? "" : " " + String.join(", ", explanation.domains()));
        text.append(styles.apply(explanation.consistent() ? Tone.GOOD : Tone.BAD, verdict))
                .append('\n');
        text.append("  because ").append(explanation.reason()).append('\n');
        line(text, "pod label", explanation.podLabel());
        line(text, "namespace label", explanation.namespaceLabel());
        if (explanation.attached() != null) {
            text.append("  attached: ")
                    .append(explanation.attached() ? "yes" : "no")
                    .append('\n');
        }
        List<String> obstacles = explanation.obstacles();
        obstacles.forEach(obstacle ->
                text.append(styles.apply(Tone.BAD, "  but " + obstacle)).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, String what, @Nullable String label) {
        text.append("  ").append(what).append(' ').append(Labels.DOMAINS).append(": ");
        text.append(label == null ? "absent" : label.isEmpty() ? "empty" : label)
                .append('\n');
    }
}
