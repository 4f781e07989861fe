package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.command.Topology.Site;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.render.Table;
import dev.vl3mesh.ctl.render.Table.Cell;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.GlobalOptions.Output;
import dev.vl3mesh.ctl.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows, or draws, who is in which domains, over several clusters.
@Command(
        name = "map",
        description = {
            "Shows who is in which domains, over several clusters.",
            "-o svg draws a picture; -o dot is for Graphviz, -o mermaid for Mermaid."
        })
public final class MapCommand implements Callable<Integer> {
    private final Session session;

    @Option(
            names = "--contexts",
            paramLabel = "NAME",
            split = ",",
            description = "Contexts of the kubeconfig, one for each cluster; default: all of them.")
    private List<String> contexts = List.of();

    /// Makes the verb.
    public MapCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<Site> sites = new ArrayList<>();
        List<Domain> domains = new ArrayList<>();
        for (String context : contexts.isEmpty() ? session.contexts() : contexts) {
            try (Cluster cluster = session.cluster(Optional.of(context))) {
                sites.add(Topology.site(cluster.self().name(), Topology.attached(cluster.client())));
                domains.addAll(cluster.client().resources(Domain.class).list().getItems());
            }
        }
        Topology topology = Topology.of(sites, domains);
        session.answer(
                topology,
                () -> text(topology, session.styles()),
                Map.of(
                        Output.dot, () -> TopologyText.dot(topology),
                        Output.mermaid, () -> TopologyText.mermaid(topology),
                        Output.svg, () -> TopologyPicture.svg(topology)));
        return ExitCodes.WELL;
    }

    static String text(Topology topology, Styles styles) {
        Table table = new Table(styles, "CLUSTER", "NAMESPACE", "WORKLOAD", "PODS", "DOMAINS");
        topology.clusters()
                .forEach(site -> site.workloads()
                        .forEach(workload -> table.line(
                                Cell.of(site.name()),
                                Cell.of(workload.namespace()),
                                Cell.of(workload.name()),
                                Cell.of(workload.pods()),
                                Cell.of(String.join(" ", workload.domains())))));
        return table.text();
    }
}
