package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.ControlView;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.command.Finding.Grade;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.render.Styles.Tone;
import dev.vl3mesh.ctl.render.Table;
import dev.vl3mesh.ctl.render.Table.Cell;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/// Looks whether a cluster has what vl3mesh needs.
@Command(
        name = "check",
        description = "Looks whether a cluster has what vl3mesh needs, and says what to do about what it lacks.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:nothing is missing", "1:something is", "2:a wrong call"})
public final class CheckCommand implements Callable<Integer> {
    private static final List<String> DEFINITIONS =
            List.of("addressblocks", "attachments", "domains", "invitations", "links");

    private final Session session;

    /// Makes the verb.
    public CheckCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = session.cluster()) {
            List<Finding> findings = findings(cluster);
            session.answer(findings, () -> text(findings, session.styles()));
            return findings.stream().anyMatch(finding -> finding.grade() == Grade.bad)
                    ? ExitCodes.NOT_WELL
                    : ExitCodes.WELL;
        }
    }

    private List<Finding> findings(Cluster cluster) {
        KubernetesClient client = cluster.client();
        String namespace = cluster.systemNamespace();
        List<Finding> findings = new ArrayList<>();
        findings.add(Prerequisites.kubernetes(client.getKubernetesVersion().getGitVersion()));
        for (String name : DEFINITIONS) {
            String full = name + ".vl3mesh.dev";
            findings.add(Prerequisites.definition(
                    full,
                    client.apiextensions()
                            .v1()
                            .customResourceDefinitions()
                            .withName(full)
                            .get()));
        }
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel("app.kubernetes.io/part-of", "vl3mesh")
                .list()
                .getItems();
        findings.add(Prerequisites.leader(
                client.leases().inNamespace(namespace).withName("vl3-control").get(),
                session.clock().instant()));
        findings.add(Prerequisites.webhook(
                client.admissionRegistration()
                        .v1()
                        .mutatingWebhookConfigurations()
                        .withName("vl3-injector")
                        .get(),
                (int) pods.stream()
                        .filter(pod -> named(pod, "vl3-injector") && ready(pod))
                        .count()));
        findings.add(Prerequisites.link(
                cluster.findSelf().map(Cluster.Self::linkAddress).orElse("")));
        nodes(cluster, pods, findings);
        return findings;
    }

    private static void nodes(Cluster cluster, List<Pod> pods, List<Finding> findings) {
        @Nullable ControlView control = null;
        try {
            control = ControlView.ask(cluster);
            findings.add(Finding.good("control answers", control.leading() ? "and leads" : "but does not lead yet"));
        } catch (CtlException e) {
            findings.add(Finding.bad(
                    "control answers",
                    String.valueOf(e.getMessage()),
                    "see kubectl -n " + cluster.systemNamespace() + " get pods, and the logs of vl3-control"));
        }
        Set<String> agents = pods.stream()
                .filter(pod -> named(pod, "vl3-agent") && ready(pod))
                .map(pod -> pod.getSpec().getNodeName())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        for (Node node : cluster.client().nodes().list().getItems()) {
            String name = node.getMetadata().getName();
            ControlView.@Nullable NodeView view =
                    control == null ? null : control.nodes().get(name);
            findings.add(Prerequisites.node(node, agents.contains(name), view == null ? null : view.ageMillis()));
        }
    }

    private static boolean named(Pod pod, String name) {
        return name.equals(PodReference.value(pod.getMetadata().getLabels(), "app.kubernetes.io/name"));
    }

    private static boolean ready(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    static String text(List<Finding> findings, Styles styles) {
        Table table = new Table(styles, "CHECK", "", "SEEN");
        StringBuilder remedies = new StringBuilder();
        for (Finding finding : findings) {
            Tone tone = switch (finding.grade()) {
                case good -> Tone.GOOD;
                case odd -> Tone.ODD;
                case bad -> Tone.BAD;
            };
            String mark = switch (finding.grade()) {
                case good -> "ok";
                case odd -> "note";
                case bad -> "MISSING";
            };
            table.line(Cell.of(finding.what()), new Cell(mark, tone), Cell.of(finding.seen()));
            if (finding.remedy() != null) {
                remedies.append(styles.apply(tone, finding.what()))
                        .append(": ")
                        .append(finding.remedy())
                        .append('\n');
            }
        }
        return table.text() + (remedies.isEmpty() ? "" : "\n" + remedies);
    }
}
