package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.ControlView;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.command.ClusterStatus.LinkView;
import dev.vl3mesh.ctl.command.ClusterStatus.Seen;
import dev.vl3mesh.ctl.command.ClusterStatus.WorkloadView;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads what a status is made of.
final class StatusReader {
    private static final String PART_OF = "app.kubernetes.io/part-of";

    private StatusReader() {}

    static ClusterStatus read(Cluster cluster) {
        List<WorkloadView> workloads = workloads(cluster.client(), cluster.systemNamespace());
        @Nullable ControlView control = null;
        String problem = "";
        try {
            control = ControlView.ask(cluster);
        } catch (CtlException e) {
            problem = String.valueOf(e.getMessage());
        }
        String self = cluster.findSelf().map(Cluster.Self::name).orElse(cluster.context());
        return ClusterStatus.of(new Seen(
                self,
                workloads,
                workloads.isEmpty() ? List.of() : links(cluster, control),
                workloads.isEmpty() ? List.of() : DomainsCommand.views(cluster, self),
                agentNodes(cluster),
                control,
                problem));
    }

    static List<WorkloadView> workloads(KubernetesClient client, String namespace) {
        List<WorkloadView> views = new ArrayList<>();
        client.apps()
                .deployments()
                .inNamespace(namespace)
                .withLabel(PART_OF, "vl3mesh")
                .list()
                .getItems()
                .forEach(deployment -> views.add(new WorkloadView(
                        deployment.getMetadata().getName(),
                        count(deployment.getStatus().getReadyReplicas()),
                        count(deployment.getSpec().getReplicas()))));
        client.apps()
                .daemonSets()
                .inNamespace(namespace)
                .withLabel(PART_OF, "vl3mesh")
                .list()
                .getItems()
                .forEach(set -> views.add(new WorkloadView(
                        set.getMetadata().getName(),
                        count(set.getStatus().getNumberReady()),
                        count(set.getStatus().getDesiredNumberScheduled()))));
        views.sort(Comparator.comparing(WorkloadView::name));
        return List.copyOf(views);
    }

    private static int count(@Nullable Integer number) {
        return Objects.requireNonNullElse(number, 0);
    }

    private static List<LinkView> links(Cluster cluster, @Nullable ControlView control) {
        return cluster.client().resources(Link.class).list().getItems().stream()
                .sorted(Comparator.comparing(Link::peer))
                .map(link -> view(link, control))
                .toList();
    }

    /// A home's side is in the Link's status; a member calls by itself, so that only the leader knows of its
    /// stream.
    static LinkView view(Link link, @Nullable ControlView control) {
        String name = link.peer();
        String role = link.getSpec().role();
        if (!link.leadsHome()) {
            boolean connected = control != null && control.members().contains(name);
            return new LinkView(
                    name, role, connected, null, connected ? "its stream is open" : "its stream is not open");
        }
        var status = link.getStatus();
        if (status == null) {
            return new LinkView(name, role, false, null, "no control plane has taken it up yet");
        }
        boolean connected = Boolean.TRUE.equals(status.connected());
        String message = Condition.of(status.conditions(), Condition.READY)
                .map(ready -> connected ? ready.message() : ready.message() + ", since " + ready.lastTransitionTime())
                .orElse("");
        return new LinkView(name, role, connected, status.lastSeen(), message);
    }

    private static List<String> agentNodes(Cluster cluster) {
        return cluster
                .client()
                .pods()
                .inNamespace(cluster.systemNamespace())
                .withLabel("app.kubernetes.io/name", "vl3-agent")
                .list()
                .getItems()
                .stream()
                .map(pod -> pod.getSpec().getNodeName())
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
    }
}
