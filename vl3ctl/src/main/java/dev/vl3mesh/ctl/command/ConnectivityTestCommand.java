package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.cluster.Failures;
import dev.vl3mesh.ctl.command.DomainsCommand.DomainView;
import dev.vl3mesh.ctl.connectivity.ConnectivityTest;
import dev.vl3mesh.ctl.connectivity.ConnectivityTest.Participant;
import dev.vl3mesh.ctl.connectivity.ConnectivityTest.Settings;
import dev.vl3mesh.ctl.connectivity.Probe;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.render.Styles.Tone;
import dev.vl3mesh.ctl.render.Table;
import dev.vl3mesh.ctl.render.Table.Cell;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import dev.vl3mesh.model.DomainName;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Tries out a domain.
@Command(
        name = "test",
        description = {
            "Tries out a domain with pods of its own: all clusters and nodes, ICMP, TCP and UDP, IPv4 and IPv6, several"
                    + " packet sizes, the source address, names, and a pod that must stay outside.",
            "Cleans up behind itself, also when it is interrupted."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:every probe went well", "1:one did not, or the pods could not run", "2:a wrong call"})
public final class ConnectivityTestCommand implements Callable<Integer> {
    private static final int SUFFIX_BYTES = 3;

    private final Session session;
    private final SecureRandom random;

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            description = "The domain to try out. Default: the only one there is.")
    private @Nullable String domain;

    @Option(
            names = "--contexts",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Clusters to take part. Default: all contexts of the kubeconfig whose cluster has the domain.")
    private List<String> contexts = List.of();

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            defaultValue = "vl3mesh/toolbox:dev",
            description = "Of the pods: with sh, ping, socat, dig, nc and busybox; default: ${DEFAULT-VALUE}.")
    private String image = "";

    @Option(
            names = "--nodes",
            paramLabel = "NUMBER",
            defaultValue = "3",
            description = "Nodes of each cluster at most; default: ${DEFAULT-VALUE}.")
    private int nodes = 3;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "90s",
            description = "How long pods may take to be ready; default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(90);

    /// Makes the verb.
    ///
    /// @param random gives the namespace a name that nobody has
    public ConnectivityTestCommand(Session session, SecureRandom random) {
        this.session = session;
        this.random = random;
    }

    /// The answer for programs.
    record Report(String domain, List<String> clusters, boolean well, List<Probe> probes) {}

    @Override
    public Integer call() {
        List<Cluster> opened = new ArrayList<>();
        try {
            contexts().forEach(context -> opened.add(session.cluster(Optional.of(context))));
            Map<String, Cluster> known = known(opened);
            DomainName tried = choose(known);
            List<Participant> participants = participants(known, tried);
            byte[] suffix = new byte[SUFFIX_BYTES];
            random.nextBytes(suffix);
            List<Probe> probes = new ConnectivityTest(
                            session,
                            new Settings(tried, image, Math.max(1, nodes), timeout),
                            participants,
                            "vl3-connectivity-" + HexFormat.of().formatHex(suffix))
                    .run();
            boolean well = !probes.isEmpty() && probes.stream().allMatch(Probe::ok);
            Report report = new Report(
                    tried.value(), participants.stream().map(Participant::name).toList(), well, probes);
            session.answer(report, () -> text(report, session.styles()));
            return well ? ExitCodes.WELL : ExitCodes.NOT_WELL;
        } finally {
            opened.forEach(Cluster::close);
        }
    }

    private List<String> contexts() {
        List<String> wanted = contexts.isEmpty() ? session.contexts() : contexts;
        if (wanted.isEmpty()) {
            throw new CtlException("the kubeconfig has no contexts: name one with --kubeconfig");
        }
        return wanted;
    }

    /// Clusters by their own names. One that does not answer is an error only if it was asked for.
    private Map<String, Cluster> known(List<Cluster> opened) {
        Map<String, Cluster> known = new LinkedHashMap<>();
        for (Cluster cluster : opened) {
            try {
                Cluster.Self self = contexts.isEmpty() ? cluster.findSelf().orElse(null) : cluster.self();
                if (self != null) {
                    known.putIfAbsent(self.name(), cluster);
                }
            } catch (KubernetesClientException e) {
                if (!contexts.isEmpty()) {
                    throw e;
                }
                session.hint("context " + cluster.context() + " is left out: " + Failures.explain(e));
            }
        }
        if (known.isEmpty()) {
            throw new CtlException("no cluster of the kubeconfig has vl3mesh: name contexts with --contexts");
        }
        return known;
    }

    private DomainName choose(Map<String, Cluster> known) {
        if (domain != null) {
            return new DomainName(domain);
        }
        TreeSet<String> names = new TreeSet<>();
        known.forEach((name, cluster) -> DomainsCommand.views(cluster, name).forEach(view -> names.add(view.name())));
        if (names.size() != 1) {
            throw new CtlException(
                    names.isEmpty()
                            ? "there is no domain to try out: write one in the home cluster (kind: Domain)"
                            : "which domain? Name one of " + String.join(", ", names) + " with --domain");
        }
        return new DomainName(names.first());
    }

    private List<Participant> participants(Map<String, Cluster> known, DomainName tried) {
        List<Participant> participants = new ArrayList<>();
        known.forEach((name, cluster) -> {
            Optional<DomainView> found = DomainsCommand.views(cluster, name).stream()
                    .filter(view -> view.name().equals(tried.value()))
                    .findFirst();
            if (found.isPresent() && found.get().ready().equals("True")) {
                participants.add(new Participant(name, cluster));
            } else {
                String why = found.map(DomainView::message).orElse("it does not know domain " + tried);
                if (!contexts.isEmpty()) {
                    throw new CtlException("cluster " + name + " can't take part: " + why);
                }
                session.hint("cluster " + name + " is left out: " + why);
            }
        });
        if (participants.isEmpty()) {
            throw new CtlException("no cluster has a domain " + tried + " that is ready: see vl3ctl domains");
        }
        return participants;
    }

    static String text(Report report, Styles styles) {
        Map<String, List<Probe>> groups = new LinkedHashMap<>();
        List<Probe> inOrder = report.probes().stream()
                .sorted(Comparator.comparing(Probe::from)
                        .thenComparing(Probe::to, Comparator.reverseOrder())
                        .thenComparing(Probe::family))
                .toList();
        for (Probe probe : inOrder) {
            groups.computeIfAbsent(
                            probe.from() + "\0" + probe.to() + "\0" + probe.family() + "\0" + probe.protocol(),
                            _ -> new ArrayList<>())
                    .add(probe);
        }
        Table table = new Table(styles, "FROM", "TO", "FAMILY", "WHAT", "BYTES", "WELL", "");
        groups.values().forEach(group -> line(table, group));
        long failed = report.probes().stream().filter(probe -> !probe.ok()).count();
        String verdict = report.well()
                ? styles.apply(Tone.GOOD, "all " + report.probes().size() + " probes went well")
                : styles.apply(Tone.BAD, failed + " of " + report.probes().size() + " probes failed");
        return table.text() + "\ndomain " + report.domain() + " over " + String.join(", ", report.clusters()) + ": "
                + verdict + "\n";
    }

    /// Sizes of one kind share a line.
    private static void line(Table table, List<Probe> group) {
        Probe first = group.getFirst();
        long well = group.stream().filter(Probe::ok).count();
        Probe telling = group.stream().filter(probe -> !probe.ok()).findFirst().orElse(group.getLast());
        String sizes = String.join(
                " ",
                group.stream()
                        .filter(probe -> probe.bytes() > 0)
                        .map(probe -> Integer.toString(probe.bytes()))
                        .toList());
        String detail = telling.ok() || telling.bytes() == 0
                ? telling.detail()
                : telling.bytes() + " bytes: " + telling.detail();
        table.line(
                Cell.of(first.from()),
                Cell.of(first.to()),
                Cell.of(first.family()),
                Cell.of(first.protocol()),
                Cell.of(sizes),
                Cell.judged(well == group.size(), well + "/" + group.size()),
                new Cell(detail, Tone.FAINT));
    }
}
