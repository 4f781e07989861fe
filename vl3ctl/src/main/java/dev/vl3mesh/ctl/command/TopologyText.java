package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.command.Topology.Rail;
import dev.vl3mesh.ctl.command.Topology.Site;
import dev.vl3mesh.ctl.command.Topology.Workload;
import java.util.ArrayList;
import java.util.List;

/// Draws a topology in languages that other programs draw from.
final class TopologyText {
    private TopologyText() {}

    /// For Graphviz, see graphviz.org/doc/info/lang.html
    static String dot(Topology topology) {
        StringBuilder text = new StringBuilder("graph vl3mesh {\n  rankdir=LR;\n  node [shape=box];\n");
        for (int site = 0; site < topology.clusters().size(); site++) {
            Site cluster = topology.clusters().get(site);
            line(text, "  subgraph cluster_%d {".formatted(site));
            line(text, "    label=%s;".formatted(quoted(cluster.name())));
            for (int i = 0; i < cluster.workloads().size(); i++) {
                line(
                        text,
                        "    w%d_%d [label=%s];"
                                .formatted(
                                        site,
                                        i,
                                        quoted(title(cluster.workloads().get(i)))));
            }
            text.append("  }\n");
        }
        for (Rail rail : topology.domains()) {
            line(
                    text,
                    "  %s [shape=ellipse, label=%s];".formatted(quoted("domain " + rail.name()), quoted(title(rail))));
        }
        for (Edge edge : edges(topology)) {
            line(text, "  w%d_%d -- %s;".formatted(edge.site(), edge.workload(), quoted("domain " + edge.domain())));
        }
        return text.append("}\n").toString();
    }

    /// For Mermaid, see mermaid.js.org/syntax/flowchart.html
    static String mermaid(Topology topology) {
        StringBuilder text = new StringBuilder("flowchart LR\n");
        for (int site = 0; site < topology.clusters().size(); site++) {
            Site cluster = topology.clusters().get(site);
            line(text, "  subgraph c%d[%s]".formatted(site, quoted(cluster.name())));
            for (int i = 0; i < cluster.workloads().size(); i++) {
                line(
                        text,
                        "    w%d_%d[%s]"
                                .formatted(
                                        site,
                                        i,
                                        quoted(title(cluster.workloads().get(i)))));
            }
            text.append("  end\n");
        }
        for (int i = 0; i < topology.domains().size(); i++) {
            line(
                    text,
                    "  d%d([%s])".formatted(i, quoted(title(topology.domains().get(i)))));
        }
        List<String> names = topology.domains().stream().map(Rail::name).toList();
        for (Edge edge : edges(topology)) {
            line(text, "  w%d_%d --- d%d".formatted(edge.site(), edge.workload(), names.indexOf(edge.domain())));
        }
        return text.toString();
    }

    /// A workload in a domain.
    private record Edge(int site, int workload, String domain) {}

    private static List<Edge> edges(Topology topology) {
        List<Edge> edges = new ArrayList<>();
        for (int site = 0; site < topology.clusters().size(); site++) {
            List<Workload> workloads = topology.clusters().get(site).workloads();
            for (int i = 0; i < workloads.size(); i++) {
                for (String domain : workloads.get(i).domains()) {
                    edges.add(new Edge(site, i, domain));
                }
            }
        }
        return edges;
    }

    /// A workload in words.
    static String title(Workload workload) {
        return workload.namespace() + "/" + workload.name() + (workload.pods() == 1 ? "" : " x" + workload.pods());
    }

    /// A domain in words.
    static String title(Rail rail) {
        return rail.name() + (rail.mesh() ? ", Istio " : " ") + String.join(" ", rail.prefixes());
    }

    private static String quoted(String text) {
        return '"' + text + '"'; // names of Kubernetes have nothing in them that is special here
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }
}
