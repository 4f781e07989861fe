package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.ControlView.NodeView;
import dev.vl3mesh.ctl.cluster.ControlView.PeerView;
import dev.vl3mesh.ctl.command.DomainsCommand.DomainView;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.render.Styles.Tone;
import dev.vl3mesh.ctl.render.Table;
import dev.vl3mesh.ctl.render.Table.Cell;
import dev.vl3mesh.ctl.session.Durations;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows how a cluster is.
@Command(
        name = "status",
        description = "Shows how vl3mesh is in a cluster: what was seen, never what was configured.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all is well", "1:something is not well, or the time ran out", "2:a wrong call"})
public final class StatusCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--wait", description = "Wait until all is well.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "2m",
            description = "How long to wait; default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofMinutes(2);

    /// Makes the verb.
    public StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = session.cluster()) {
            ClusterStatus status = wait ? await(cluster) : StatusReader.read(cluster);
            session.answer(status, () -> text(status, session.styles()));
            return status.well() ? ExitCodes.WELL : ExitCodes.NOT_WELL;
        }
    }

    /// An API server that is away for a moment is something to wait for, too.
    private ClusterStatus await(Cluster cluster) {
        Progress progress = new Progress(session);
        return session.poll(timeout, () -> {
                    try {
                        ClusterStatus status = StatusReader.read(cluster);
                        if (!status.well()) {
                            progress.say("waiting: " + status.problems().getFirst());
                        }
                        return Optional.of(status).filter(ClusterStatus::well);
                    } catch (KubernetesClientException e) {
                        progress.say("waiting: " + e.getMessage());
                        return Optional.empty();
                    }
                })
                .orElseGet(() -> {
                    session.hint("not well within " + Durations.text(timeout));
                    return StatusReader.read(cluster);
                });
    }

    static String text(ClusterStatus status, Styles styles) {
        StringBuilder text = new StringBuilder();
        text.append("cluster ").append(status.cluster()).append(": ");
        text.append(status.well() ? styles.apply(Tone.GOOD, "well") : styles.apply(Tone.BAD, "not well"));
        text.append('\n');
        status.problems()
                .forEach(problem ->
                        text.append(styles.apply(Tone.BAD, "  - " + problem)).append('\n'));
        section(text, workloads(status, styles));
        section(text, links(status, styles));
        section(text, domains(status, styles));
        section(text, nodes(status, styles));
        section(text, peers(status, styles));
        return text.toString();
    }

    private static void section(StringBuilder text, Table table) {
        if (!table.isEmpty()) {
            text.append('\n').append(table.text());
        }
    }

    private static Table workloads(ClusterStatus status, Styles styles) {
        Table table = new Table(styles, "COMPONENT", "READY");
        status.workloads()
                .forEach(workload -> table.line(
                        Cell.of(workload.name()),
                        Cell.judged(
                                workload.ready() >= workload.wanted() && workload.wanted() > 0,
                                workload.ready() + "/" + workload.wanted())));
        return table;
    }

    private static Table links(ClusterStatus status, Styles styles) {
        Table table = new Table(styles, "LINK", "IS OUR", "STREAM", "");
        status.links()
                .forEach(link -> table.line(
                        Cell.of(link.cluster()),
                        Cell.of(link.role().equals("Home") ? "home" : "member"),
                        Cell.judged(link.connected(), link.connected() ? "open" : "closed"),
                        new Cell(link.message(), Tone.FAINT)));
        return table;
    }

    private static Table domains(ClusterStatus status, Styles styles) {
        Table table = new Table(styles, "DOMAIN", "HOME", "CARRIER", "PODS HERE", "READY");
        for (DomainView domain : status.domains()) {
            boolean ready = domain.ready().equals("True");
            table.line(
                    Cell.of(domain.name()),
                    Cell.of(domain.home()),
                    DomainsCommand.carrier(domain.carrier()),
                    Cell.of(domain.pods()),
                    Cell.judged(ready, ready ? "yes" : "no"));
        }
        return table;
    }

    private static Table nodes(ClusterStatus status, Styles styles) {
        Table table = new Table(styles, "NODE", "ATTACHED", "DROPPED", "HEARD");
        new TreeMap<>(status.nodes())
                .forEach((name, node) -> table.line(
                        Cell.of(name),
                        Cell.of(node.attached()),
                        Cell.of(node.drops().values().stream()
                                .mapToLong(Long::longValue)
                                .sum()),
                        Cell.of(ago(node.ageMillis()))));
        return table;
    }

    private static Table peers(ClusterStatus status, Styles styles) {
        Table table =
                new Table(styles, "FROM", "TO", "DOMAIN", "REACHES", "ROUND TRIP", "LOSS", "MTU", "CARRIER", "PROBED");
        new TreeMap<>(status.nodes()).forEach((name, node) -> peers(table, name, node));
        return table;
    }

    private static void peers(Table table, String name, NodeView node) {
        for (PeerView peer : node.peers()) {
            table.line(
                    Cell.of(name),
                    Cell.of(peer.node()),
                    Cell.of(peer.domain()),
                    Cell.judged(peer.reachable(), peer.reachable() ? "yes" : "no"),
                    Cell.of(peer.reachable() ? Durations.millis(peer.roundTripMicros()) : "-"),
                    Cell.of(Durations.percent(peer.lossPermille())),
                    Cell.of(peer.pathMtu() == 0 ? "?" : peer.pathMtu()),
                    peer.encrypted() ? Cell.of(peer.carrier()) : DomainsCommand.carrier(peer.carrier()),
                    Cell.of(ago(peer.ageMillis())));
        }
    }

    private static String ago(long millis) {
        return Durations.text(Duration.ofMillis(millis)) + " ago";
    }
}
