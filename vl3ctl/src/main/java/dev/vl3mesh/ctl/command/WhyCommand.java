package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.command.Reachability.InDomain;
import dev.vl3mesh.ctl.command.Reachability.Step;
import dev.vl3mesh.ctl.command.Reachability.Verdict;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.render.Styles.Tone;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says why one pod can, or can't, call another, in which domain.
@Command(
        name = "why",
        description = {
            "Says why one pod can, or can't, call another by TCP, in each domain that one of them is in.",
            "It looks at what is, and sends nothing between them. UDP and ICMP ask for no rights of a mesh."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:it can, in some domain", "1:it can't", "2:a wrong call"})
public final class WhyCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "FROM", description = "The pod that calls: [CONTEXT:]NAMESPACE/POD.")
    private String from = "";

    @Parameters(index = "1", paramLabel = "TO", description = "The pod that is called: [CONTEXT:]NAMESPACE/POD.")
    private String to = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Of the pod that is called (targetPort); default: all that its Services publish.")
    private @Nullable Integer port;

    /// Makes the verb.
    public WhyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Cluster fromCluster = session.cluster(context(from));
                Cluster toCluster = session.cluster(context(to))) {
            Reachability reachability = new WhyReader(
                            fromCluster, pod(fromCluster, from), toCluster, pod(toCluster, to), port, session::hint)
                    .read();
            session.answer(reachability, () -> text(reachability, session.styles()));
            return reachability.verdict() == Verdict.no ? ExitCodes.NOT_WELL : ExitCodes.WELL;
        }
    }

    /// Of a pod's reference the context, which is that of `--context` where it has none.
    private Optional<String> context(String reference) {
        int colon = reference.indexOf(':');
        return colon < 0 ? session.context() : Optional.of(reference.substring(0, colon));
    }

    private static Pod pod(Cluster cluster, String reference) {
        String name = reference.substring(reference.indexOf(':') + 1);
        int slash = name.indexOf('/');
        if (slash <= 0 || slash == name.length() - 1) {
            throw new CtlException(
                    "'" + reference + "' is no pod: write [CONTEXT:]NAMESPACE/POD, such as west:shop/cart-0");
        }
        Pod pod = cluster.client()
                .pods()
                .inNamespace(name.substring(0, slash))
                .withName(name.substring(slash + 1))
                .get();
        if (pod == null) {
            throw new CtlException("there is no pod " + name + " in context " + cluster.context());
        }
        return pod;
    }

    static String text(Reachability reachability, Styles styles) {
        StringBuilder text = new StringBuilder();
        text.append(reachability.from())
                .append(" to ")
                .append(reachability.to())
                .append(": ")
                .append(verdict(reachability.verdict(), styles))
                .append('\n');
        if (reachability.domains().isEmpty()) {
            text.append("  neither is in a domain: vl3ctl explain pod says why\n");
        }
        for (InDomain domain : reachability.domains()) {
            text.append("\nin ")
                    .append(domain.domain())
                    .append(": ")
                    .append(verdict(domain.verdict(), styles))
                    .append('\n');
            for (Step step : domain.steps()) {
                text.append(mark(step, styles))
                        .append(step.what())
                        .append(": ")
                        .append(step.says())
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static String mark(Step step, Styles styles) {
        if (step.well() == null) {
            return "  ? ";
        }
        return step.well() ? styles.apply(Tone.GOOD, "  + ") : styles.apply(Tone.BAD, "  - ");
    }

    private static String verdict(Verdict verdict, Styles styles) {
        return switch (verdict) {
            case yes -> styles.apply(Tone.GOOD, "yes");
            case depends -> "it depends on what is asked for";
            case no -> styles.apply(Tone.BAD, "no");
        };
    }
}
