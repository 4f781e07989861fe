package dev.vl3mesh.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.ControlView;
import dev.vl3mesh.ctl.cluster.ControlView.PeerView;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.command.PodDescription.Sidecar;
import dev.vl3mesh.ctl.command.Reachability.InDomain;
import dev.vl3mesh.ctl.command.Reachability.Step;
import dev.vl3mesh.ctl.command.Reachability.Verdict;
import dev.vl3mesh.ctl.envoy.Application;
import dev.vl3mesh.ctl.envoy.EnvoyAdmin;
import dev.vl3mesh.ctl.envoy.Inbound;
import dev.vl3mesh.ctl.envoy.Rights;
import dev.vl3mesh.ctl.envoy.Rights.Judgement;
import dev.vl3mesh.model.join.DomainSelection;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Follows a call from one pod to another: attachments, the path between their nodes, sidecars, what the caller's
/// sidecar knows, and what the other one's takes in.
final class WhyReader {
    /// A pod where it runs.
    ///
    /// @param places its attachments, by domain
    /// @param sidecars by domain
    private record Side(
            Cluster cluster,
            String clusterName,
            Pod pod,
            Map<String, Attachment> places,
            Map<String, Sidecar> sidecars) {
        String name() {
            return pod.getMetadata().getName();
        }

        String text() {
            return clusterName + "/" + pod.getMetadata().getNamespace() + "/" + name();
        }

        String node() {
            return clusterName + "/" + Objects.requireNonNullElse(pod.getSpec().getNodeName(), "");
        }
    }

    private final Side from;
    private final Side to;
    private final @Nullable Integer port;
    private final Consumer<String> hints;

    /// @param port of the pod that is called; null for all that it takes calls at
    WhyReader(
            Cluster fromCluster, Pod from, Cluster toCluster, Pod to, @Nullable Integer port, Consumer<String> hints) {
        this.hints = hints;
        this.from = side(fromCluster, from);
        this.to = side(toCluster, to);
        this.port = port;
    }

    private Side side(Cluster cluster, Pod pod) {
        Map<String, Attachment> places = new TreeMap<>();
        for (Attachment attachment :
                cluster.client().resources(Attachment.class).list().getItems()) {
            if (PodDescription.belongs(attachment, pod.getMetadata().getUid())) {
                places.put(attachment.getSpec().domain(), attachment);
            }
        }
        Map<String, Sidecar> sidecars = new TreeMap<>();
        new SidecarReader(cluster.client(), hints)
                .read(pod)
                .forEach(sidecar -> sidecars.put(sidecar.domain(), sidecar));
        return new Side(cluster, cluster.self().name(), pod, places, sidecars);
    }

    Reachability read() {
        Set<String> domains = new TreeSet<>(from.places().keySet());
        domains.addAll(to.places().keySet());
        return new Reachability(
                from.text(), to.text(), domains.stream().map(this::in).toList());
    }

    private InDomain in(String domain) {
        List<Step> steps = new ArrayList<>();
        boolean calls = attached(from, domain, steps);
        boolean called = attached(to, domain, steps); // whatever is said of the other one
        if (!calls || !called) {
            return new InDomain(domain, Verdict.no, List.copyOf(steps));
        }
        path(domain, steps);
        boolean proxied = sidecar(from, domain, steps);
        boolean guarded = sidecar(to, domain, steps);
        if (proxied && !end(steps)) { // a sidecar that is not ready does not answer either
            endpoint(domain, steps);
        }
        if (end(steps)) {
            return new InDomain(domain, Verdict.no, List.copyOf(steps));
        }
        Verdict rights = guarded ? rights(domain, proxied, steps) : Verdict.yes;
        return new InDomain(domain, rights, List.copyOf(steps));
    }

    private static boolean end(List<Step> steps) {
        return steps.stream().anyMatch(step -> Boolean.FALSE.equals(step.well()));
    }

    private static boolean attached(Side side, String domain, List<Step> steps) {
        String what = "attachment of " + side.text();
        Attachment place = side.places().get(domain);
        if (place == null) {
            @Nullable String own = PodReference.value(side.pod().getMetadata().getLabels(), Labels.DOMAINS);
            String why = DomainSelection.of(
                            own,
                            PodReference.namespaceLabel(
                                    side.cluster(), side.pod().getMetadata().getNamespace(), Labels.DOMAINS))
                    .reason();
            steps.add(Step.bad(what, "it is not in " + domain + ": " + why));
            return false;
        }
        Optional<Condition> bad = place.getStatus().conditions().stream()
                .filter(condition -> condition.status().equals("False"))
                .findFirst();
        steps.add(bad.map(condition -> Step.bad(what, condition.message()))
                .orElseGet(
                        () -> Step.well(what, String.join(" ", place.getSpec().addresses()))));
        return bad.isEmpty();
    }

    private void path(String domain, List<Step> steps) {
        String what = "path between nodes";
        if (from.node().equals(to.node())) {
            steps.add(Step.well(what, "both are on " + from.node()));
            return;
        }
        try {
            ControlView control = ControlView.ask(from.cluster());
            Optional<PeerView> peer = Optional.ofNullable(control.nodes()
                            .get(Objects.requireNonNullElse(from.pod().getSpec().getNodeName(), "")))
                    .stream()
                    .flatMap(node -> node.peers().stream())
                    .filter(one -> one.domain().equals(domain) && one.node().equals(to.node()))
                    .findFirst();
            steps.add(peer.map(seen -> seen.reachable()
                            ? Step.well(what, from.node() + " reaches " + to.node() + " by " + seen.carrier())
                            : Step.bad(
                                    what, from.node() + " has no answer from " + to.node() + " by " + seen.carrier()))
                    .orElseGet(() -> Step.unseen(what, from.node() + " has not probed " + to.node() + " yet")));
        } catch (CtlException e) {
            steps.add(Step.unseen(what, String.valueOf(e.getMessage())));
        }
    }

    /// @return whether it has one
    private static boolean sidecar(Side side, String domain, List<Step> steps) {
        String what = "sidecar of " + side.text();
        Sidecar sidecar = side.sidecars().get(domain);
        if (sidecar == null) {
            steps.add(Step.well(what, "none: it speaks for itself"));
            return false;
        }
        if (!sidecar.ready()) {
            steps.add(Step.bad(what, "not ready: kubectl logs -c istio-proxy-" + domain + " says why"));
        } else if (sidecar.envoy().identity().isEmpty()) {
            steps.add(Step.unseen(what, "it does not tell its certificate"));
        } else {
            steps.add(Step.well(
                    what,
                    sidecar.envoy().identity() + " until " + sidecar.envoy().validUntil()));
        }
        return true;
    }

    private void endpoint(String domain, List<Step> steps) {
        String what = "endpoints that " + from.text() + "'s sidecar knows";
        List<String> addresses = to.places().get(domain) == null
                ? List.of()
                : to.places().get(domain).getSpec().addresses();
        Set<String> hosts = new TreeSet<>();
        for (JsonNode cluster : admin(from, domain).get("/clusters?format=json").path("cluster_statuses")) {
            for (JsonNode host : cluster.path("host_statuses")) {
                if (addresses.contains(host.path("address")
                        .path("socket_address")
                        .path("address")
                        .asText())) {
                    hosts.add(service(cluster.path("name").asText()));
                }
            }
        }
        steps.add(
                hosts.isEmpty()
                        ? Step.bad(
                                what,
                                to.text() + " is none of them: no Service of it has a port that a sidecar carries, or"
                                        + " it is not ready")
                        : Step.well(what, to.text() + " is behind " + String.join(", ", hosts)));
    }

    /// Of `outbound|80|<subset>|<host>` the host.
    private static String service(String cluster) {
        return cluster.substring(cluster.lastIndexOf('|') + 1);
    }

    private Verdict rights(String domain, boolean calls, List<Step> steps) {
        Inbound inbound = Inbound.of(admin(to, domain).get("/config_dump?resource=dynamic_listeners"));
        Map<Integer, JsonNode> doors = calls ? inbound.mutual() : inbound.plain();
        String what = "what " + to.text() + "'s sidecar takes in";
        if (!calls && doors.isEmpty() && !inbound.mutual().isEmpty()) {
            steps.add(Step.bad(
                    what,
                    "callers with a certificate only (mTLS STRICT), and " + from.text() + " has no sidecar in "
                            + domain));
            return Verdict.no;
        }
        if (port != null && !doors.containsKey(port)) {
            steps.add(
                    Step.bad(what, "port " + port + " is closed: no Service publishes it; open are " + doors.keySet()));
            return Verdict.no;
        }
        if (doors.isEmpty()) {
            steps.add(Step.bad(what, "nothing: no Service publishes a port of it"));
            return Verdict.no;
        }
        String caller = calls
                ? Optional.ofNullable(from.sidecars().get(domain))
                        .map(sidecar -> sidecar.envoy().identity())
                        .orElse("")
                : "";
        Verdict best = Verdict.no;
        for (Map.Entry<Integer, JsonNode> door : doors.entrySet()) {
            if (port == null || port.equals(door.getKey())) {
                Verdict verdict = judged(Rights.of(door.getValue(), caller, door.getKey()), door.getKey(), steps);
                verdict = isDeaf(domain, door.getKey(), steps) ? Verdict.no : verdict;
                best = verdict.compareTo(best) < 0 ? verdict : best;
            }
        }
        return best;
    }

    private boolean isDeaf(String domain, int door, List<Step> steps) {
        boolean deaf = Optional.ofNullable(to.sidecars().get(domain))
                .filter(sidecar -> sidecar.envoy().deafPorts().contains(door))
                .isPresent();
        if (deaf) {
            steps.add(Step.bad("application of " + to.text(), Application.remedy(door)));
        }
        return deaf;
    }

    private static Verdict judged(Judgement judgement, int door, List<Step> steps) {
        String what = "rights at port " + door;
        return switch (judgement.verdict()) {
            case ALLOWED -> {
                steps.add(Step.well(what, judgement.because()));
                yield Verdict.yes;
            }
            case DEPENDS -> {
                steps.add(Step.unseen(what, judgement.because()));
                yield Verdict.depends;
            }
            case DENIED -> {
                steps.add(Step.bad(what, judgement.because()));
                yield Verdict.no;
            }
        };
    }

    private EnvoyAdmin admin(Side side, String domain) {
        return new SidecarReader(side.cluster().client(), hints)
                .admin(side.pod(), domain)
                .orElseThrow(() -> new CtlException(side.text() + " has no sidecar in " + domain));
    }
}
