package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.cluster.ControlView;
import dev.vl3mesh.ctl.cluster.ControlView.NodeView;
import dev.vl3mesh.ctl.cluster.ControlView.PeerView;
import dev.vl3mesh.ctl.command.DomainsCommand.DomainView;
import dev.vl3mesh.ctl.session.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The state of a cluster, and everything about it that is not well.
///
/// @param workloads our Deployments and DaemonSets
/// @param nodes what agents reported, by node; a node of the cluster without a report has none
/// @param problems sentences; empty where all is well
public record ClusterStatus(
        String cluster,
        boolean well,
        List<String> problems,
        List<WorkloadView> workloads,
        List<LinkView> links,
        List<DomainView> domains,
        Map<String, NodeView> nodes) {
    /// An agent reports every few seconds; older than this, it is not there.
    static final Duration REPORT_AGE_MAX = Duration.ofSeconds(60);

    /// One of our Deployments or DaemonSets.
    public record WorkloadView(String name, int ready, int wanted) {}

    /// A link to another cluster.
    ///
    /// @param role `Home` or `Member`
    /// @param connected whether the stream is open now
    /// @param lastSeen RFC 3339; of a home
    public record LinkView(
            String cluster,
            String role,
            boolean connected,
            @Nullable String lastSeen,
            String message) {}

    /// What was read of a cluster.
    ///
    /// @param control absent where the leader does not answer; then `controlProblem` says why
    /// @param nodeNames the cluster's nodes that agents are wanted on
    public record Seen(
            String cluster,
            List<WorkloadView> workloads,
            List<LinkView> links,
            List<DomainView> domains,
            List<String> nodeNames,
            @Nullable ControlView control,
            String controlProblem) {}

    /// Judges what was read.
    public static ClusterStatus of(Seen seen) {
        List<String> problems = new ArrayList<>();
        if (seen.workloads().isEmpty()) {
            problems.add("vl3mesh is not installed: none of its workloads is there");
        }
        for (WorkloadView workload : seen.workloads()) {
            if (workload.ready() < workload.wanted() || workload.wanted() == 0) {
                problems.add(
                        workload.name() + ": " + workload.ready() + " of " + workload.wanted() + " pods are ready");
            }
        }
        @Nullable ControlView control = seen.control();
        if (control == null) {
            problems.add(seen.controlProblem());
        } else if (!control.leading()) {
            problems.add("vl3-control: the replica that answers does not lead yet");
        }
        for (LinkView link : seen.links()) {
            if (!link.connected()) {
                problems.add("link to " + link.cluster() + ": " + link.message());
            }
        }
        for (DomainView domain : seen.domains()) {
            if (!domain.ready().equals("True")) {
                problems.add("domain " + domain.name() + ": " + domain.message());
            }
        }
        Map<String, NodeView> nodes = control == null ? Map.of() : control.nodes();
        if (control != null) {
            seen.nodeNames().forEach(name -> node(name, nodes.get(name), problems));
        }
        return new ClusterStatus(
                seen.cluster(),
                problems.isEmpty(),
                List.copyOf(problems),
                seen.workloads(),
                seen.links(),
                seen.domains(),
                nodes);
    }

    private static void node(String name, @Nullable NodeView node, List<String> problems) {
        if (node == null) {
            problems.add("node " + name + ": its agent has not reported to this leader yet");
            return;
        }
        if (node.ageMillis() > REPORT_AGE_MAX.toMillis()) {
            problems.add("node " + name + ": its agent was last heard "
                    + Durations.text(Duration.ofMillis(node.ageMillis())) + " ago");
        }
        node.problems().forEach(problem -> problems.add("node " + name + ": " + problem));
        node.rooms().stream()
                .filter(room -> !room.problem().isEmpty())
                .forEach(room -> problems.add("node " + name + ": domain " + room.domain() + ": " + room.problem()));
        for (PeerView peer : node.peers()) {
            if (!peer.reachable()) {
                problems.add("node " + name + ": domain " + peer.domain() + " does not reach node " + peer.node()
                        + " (probed " + Durations.text(Duration.ofMillis(peer.ageMillis())) + " ago)");
            }
        }
    }
}
