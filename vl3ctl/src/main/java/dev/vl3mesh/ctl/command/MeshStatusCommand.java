package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.render.Styles.Tone;
import dev.vl3mesh.ctl.render.Table;
import dev.vl3mesh.ctl.render.Table.Cell;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Shows how the mesh of a domain is.
@Command(
        name = "status",
        description = {
            "Shows how the mesh of a domain is in a cluster: its sidecars there, and what is written and not in force.",
            "In the domain's home also its istiods, and which sidecars of all clusters are connected to them."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all is well", "1:something is not well", "2:a wrong call"})
public final class MeshStatusCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "DOMAIN", description = "The domain, which has spec.mesh.")
    private String name = "";

    /// Makes the verb.
    public MeshStatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = session.cluster()) {
            MeshStatus status = new MeshStatusReader(cluster, name).read();
            session.answer(status, () -> text(status, session.styles()));
            return status.problems().isEmpty() ? ExitCodes.WELL : ExitCodes.NOT_WELL;
        }
    }

    static String text(MeshStatus status, Styles styles) {
        List<String> problems = status.problems();
        StringBuilder text = new StringBuilder();
        text.append("mesh of domain ").append(status.domain()).append(": ");
        text.append(problems.isEmpty() ? styles.apply(Tone.GOOD, "well") : styles.apply(Tone.BAD, "not well"));
        text.append("\nistio, revision ")
                .append(status.revision())
                .append(", at home in ")
                .append(status.home());
        text.append(", sidecars ").append(status.proxyImages().getFirst()).append('\n');
        problems.forEach(
                problem -> text.append(styles.apply(Tone.BAD, "  - " + problem)).append('\n'));
        if (status.atHome()) {
            Table istiods = new Table(styles, "ISTIOD", "READY", "SIDECARS", "UP TO DATE");
            status.istiods()
                    .forEach(istiod -> istiods.line(
                            Cell.of(istiod.pod()),
                            Cell.judged(istiod.ready(), istiod.ready() ? "yes" : "no"),
                            Cell.of(istiod.sidecars()),
                            Cell.judged(
                                    istiod.behind().isEmpty(),
                                    Integer.toString(
                                            istiod.sidecars() - istiod.behind().size()))));
            text.append('\n').append(istiods.text());
        }
        long ready =
                status.sidecars().stream().filter(MeshStatus.Sidecar::ready).count();
        Table here = new Table(styles, "CLUSTER", "SIDECARS", "READY", "OTHER IMAGE", "NO SIDECAR", "NOT IN FORCE");
        here.line(
                Cell.of(status.cluster()),
                Cell.of(status.sidecars().size()),
                Cell.judged(ready == status.sidecars().size(), Long.toString(ready)),
                Cell.of(status.ofOtherImages().size()),
                Cell.of(status.bare().size()),
                Cell.judged(
                        status.refused().isEmpty(),
                        Integer.toString(status.refused().size())));
        text.append('\n').append(here.text());
        return text.toString();
    }
}
