package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.command.Topology.Rail;
import dev.vl3mesh.ctl.command.Topology.Site;
import dev.vl3mesh.ctl.command.Topology.Workload;
import java.util.List;
import java.util.Map;

/// Draws a topology as SVG 1.1: clusters side by side, domains as rails below all of them, and from each workload a
/// line to the rails that it is on.
final class TopologyPicture {
    /// Of domains that are called as colours are.
    private static final Map<String, String> NAMED = Map.of("red", "#c0392b", "green", "#27ae60", "blue", "#2457a0");

    /// Of others.
    private static final List<String> COLOURS = List.of("#b07d12", "#7d3c98", "#117a65", "#5d6d7e", "#d35400");

    private static final int MARGIN = 20;
    private static final int BOX = 150;
    private static final int GAP = 14;
    private static final int BOX_HEIGHT = 44;
    private static final int TITLE = 28;
    private static final int RAIL = 46;

    private final Topology topology;
    private final StringBuilder text = new StringBuilder();

    private TopologyPicture(Topology topology) {
        this.topology = topology;
    }

    static String svg(Topology topology) {
        return new TopologyPicture(topology).draw();
    }

    private String draw() {
        int width = MARGIN;
        for (Site site : topology.clusters()) {
            width += widthOf(site) + MARGIN;
        }
        int rails = MARGIN + TITLE + BOX_HEIGHT + GAP + RAIL;
        int height = rails + topology.domains().size() * RAIL;
        line(("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">")
                .formatted(width, height, width, height));
        line("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>".formatted(width, height));
        for (int i = 0; i < topology.domains().size(); i++) {
            rail(topology.domains().get(i), i, rails + i * RAIL, width);
        }
        int left = MARGIN;
        for (Site site : topology.clusters()) {
            site(site, left, rails);
            left += widthOf(site) + MARGIN;
        }
        line("</svg>");
        return text.toString();
    }

    private static int widthOf(Site site) {
        return Math.max(1, site.workloads().size()) * (BOX + GAP) + GAP;
    }

    private void rail(Rail rail, int index, int y, int width) {
        line("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"5\"/>"
                .formatted(MARGIN, y, width - MARGIN, y, colour(index)));
        line("<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>"
                .formatted(MARGIN, y + 18, colour(index), escaped(TopologyText.title(rail))));
    }

    private void site(Site site, int left, int rails) {
        line("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#f4f6f8\" stroke=\"#8a949e\"/>"
                .formatted(left, MARGIN, widthOf(site), TITLE + BOX_HEIGHT + GAP));
        line("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>"
                .formatted(left + GAP, MARGIN + 19, escaped(site.name())));
        for (int i = 0; i < site.workloads().size(); i++) {
            workload(site.workloads().get(i), left + GAP + i * (BOX + GAP), MARGIN + TITLE, rails);
        }
    }

    private void workload(Workload workload, int x, int y, int rails) {
        List<String> names = topology.domains().stream().map(Rail::name).toList();
        for (int i = 0; i < workload.domains().size(); i++) {
            int rail = names.indexOf(workload.domains().get(i));
            int at = x + BOX * (i + 1) / (workload.domains().size() + 1);
            line("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"/>"
                    .formatted(at, y + BOX_HEIGHT, at, rails + rail * RAIL, colour(rail)));
            line("<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"%s\"/>".formatted(at, rails + rail * RAIL, colour(rail)));
        }
        line("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"white\" stroke=\"#34495e\"/>"
                .formatted(x, y, BOX, BOX_HEIGHT));
        line("<text x=\"%d\" y=\"%d\" fill=\"#5d6d7e\">%s</text>"
                .formatted(x + 8, y + 18, escaped(workload.namespace())));
        line("<text x=\"%d\" y=\"%d\">%s</text>"
                .formatted(
                        x + 8,
                        y + 35,
                        escaped(workload.name() + (workload.pods() == 1 ? "" : " x" + workload.pods()))));
    }

    private String colour(int index) {
        String other = COLOURS.get(index % COLOURS.size());
        return NAMED.getOrDefault(topology.domains().get(index).name(), other);
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
