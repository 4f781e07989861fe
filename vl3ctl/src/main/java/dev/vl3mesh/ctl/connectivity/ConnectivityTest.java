package dev.vl3mesh.ctl.connectivity;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.session.Durations;
import dev.vl3mesh.ctl.session.Session;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/// Makes a namespace with test pods in each cluster, lets every one of them probe every other, and deletes all of it.
public final class ConnectivityTest {
    private static final Duration REMOVAL = Duration.ofSeconds(60);
    private static final String OUTSIDE = "outside";

    private final Session session;
    private final Settings settings;
    private final List<Participant> participants;
    private final String namespace;

    /// What is tried out, and how.
    ///
    /// @param image of the pods
    /// @param nodesMax pods of each cluster at most, one on a node
    /// @param ready how long pods may take to be ready
    public record Settings(DomainName domain, String image, int nodesMax, Duration ready) {}

    /// A cluster that takes part.
    public record Participant(String name, Cluster cluster) {}

    /// A test in a namespace that must not exist yet.
    public ConnectivityTest(Session session, Settings settings, List<Participant> participants, String namespace) {
        this.session = session;
        this.settings = settings;
        this.participants = List.copyOf(participants);
        this.namespace = namespace;
    }

    /// Runs it.
    ///
    /// @throws CtlException if the pods can't be made, or don't become ready
    public List<Probe> run() {
        try (ProbeWorker worker = new ProbeWorker(this::delete)) {
            try {
                return probes(worker);
            } finally {
                delete();
                awaitDeleted();
            }
        }
    }

    private List<Probe> probes(ProbeWorker worker) {
        List<ProbePod> wanted = participants.stream().flatMap(this::create).toList();
        session.hint(wanted.size() + " pods in namespace " + namespace + " of "
                + String.join(", ", participants.stream().map(Participant::name).toList()));
        List<Callable<ProbePod>> waiting = wanted.stream()
                .<Callable<ProbePod>>map(pod -> () -> awaitReady(pod))
                .toList();
        List<ProbePod> ready = worker.all(waiting);
        List<ProbePod> inside =
                ready.stream().filter(pod -> !pod.addresses().isEmpty()).toList();
        session.hint("ready; every pod probes every other");
        List<Callable<List<Probe>>> sources = new ArrayList<>();
        for (ProbePod source : ready) {
            sources.add(() -> source.addresses().isEmpty() ? outside(source, inside) : inside(source, inside));
        }
        return worker.all(sources).stream().flatMap(List::stream).toList();
    }

    private Stream<ProbePod> create(Participant participant) {
        List<String> nodes = participant.cluster().client().nodes().list().getItems().stream()
                .filter(ConnectivityTest::usable)
                .map(node -> node.getMetadata().getName())
                .sorted()
                .limit(settings.nodesMax())
                .toList();
        if (nodes.isEmpty()) {
            throw new CtlException("cluster " + participant.name() + " has no node that is ready and takes pods");
        }
        var client = participant.cluster().client();
        client.resource(Manifests.namespace(namespace)).create();
        client.resource(Manifests.service(namespace)).create();
        List<ProbePod> pods = new ArrayList<>();
        for (String node : nodes) {
            pods.add(create(
                    participant,
                    node,
                    "probe-" + (pods.size() + 1),
                    settings.domain().value()));
        }
        if (nodes.size() == 1 && participants.size() == 1) { // alone, it has at least a neighbour
            pods.add(create(
                    participant, nodes.getFirst(), "probe-2", settings.domain().value()));
        }
        pods.add(create(participant, nodes.getFirst(), OUTSIDE, DomainName.NONE));
        return pods.stream();
    }

    private ProbePod create(Participant participant, String node, String name, String domain) {
        participant
                .cluster()
                .client()
                .resource(Manifests.pod(namespace, name, node, domain, settings.image()))
                .create();
        return new ProbePod(participant.cluster(), participant.name(), node, name, List.of());
    }

    private static boolean usable(Node node) {
        return !Boolean.TRUE.equals(node.getSpec().getUnschedulable())
                && node.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private ProbePod awaitReady(ProbePod pod) {
        String[] last = {"it is not there"};
        return session.poll(settings.ready(), () -> {
                    Pod found = pod.cluster()
                            .client()
                            .pods()
                            .inNamespace(namespace)
                            .withName(pod.pod())
                            .get();
                    if (found == null || !ready(found, last)) {
                        return Optional.empty();
                    }
                    return Optional.of(new ProbePod(
                            pod.cluster(), pod.clusterName(), pod.node(), pod.pod(), addresses(pod, found)));
                })
                .orElseThrow(() -> new CtlException("pod " + namespace + "/" + pod.pod() + " of " + pod.title()
                        + " is not ready within " + Durations.text(settings.ready()) + ": " + last[0]
                        + "; if the image is missing there, name another one with --image"));
    }

    private static boolean ready(Pod pod, String[] why) {
        for (PodCondition condition :
                Objects.requireNonNullElse(pod.getStatus().getConditions(), List.<PodCondition>of())) {
            if (condition.getType().equals("Ready") && condition.getStatus().equals("True")) {
                return true;
            }
            if (condition.getStatus().equals("False") && condition.getMessage() != null) {
                why[0] = condition.getMessage();
            }
        }
        Stream.of(pod.getStatus().getInitContainerStatuses(), pod.getStatus().getContainerStatuses())
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(status -> status.getState() != null && status.getState().getWaiting() != null)
                .map(status -> status.getState().getWaiting())
                .filter(waiting -> waiting.getMessage() != null)
                .forEach(waiting -> why[0] = waiting.getMessage());
        return false;
    }

    @SuppressWarnings("unchecked") // the annotation's form is fixed: domain to list of addresses
    private List<IpAddress> addresses(ProbePod pod, Pod found) {
        if (pod.pod().equals(OUTSIDE)) {
            return List.of();
        }
        String annotation = found.getMetadata().getAnnotations() == null
                ? null
                : found.getMetadata().getAnnotations().get(Labels.ATTACHMENTS);
        if (annotation == null) {
            throw new CtlException(
                    "pod " + namespace + "/" + pod.pod() + " of " + pod.title() + " was not attached to domain "
                            + settings.domain() + ": vl3ctl check says what is missing in the cluster");
        }
        Map<String, List<String>> attachments = new KubernetesSerialization().unmarshal(annotation, Map.class);
        return attachments.getOrDefault(settings.domain().value(), List.of()).stream()
                .map(IpAddress::parse)
                .toList();
    }

    private List<Probe> inside(ProbePod source, List<ProbePod> all) {
        List<Probe> probes = new ArrayList<>();
        String device = InterfaceName.of(settings.domain()).value();
        String mtu = PodExec.run(source, namespace, List.of("cat", "/sys/class/net/" + device + "/mtu")).stream()
                .findFirst()
                .orElse("1280");
        for (ProbePod target : all) {
            if (!target.equals(source)) {
                probes.addAll(probe(
                        source,
                        target.title(),
                        List.of("pair", mtu, target.address(IpFamily.V4), target.address(IpFamily.V6))));
            }
        }
        List<String> names = new ArrayList<>(
                List.of("names", Manifests.SERVICE + "." + namespace + ".svc." + settings.domain() + ".vl3.internal"));
        all.forEach(pod -> pod.addresses().forEach(address -> names.add(address.toString())));
        probes.addAll(probe(source, "", names));
        return probes;
    }

    private List<Probe> outside(ProbePod source, List<ProbePod> all) {
        List<Probe> probes = new ArrayList<>();
        for (ProbePod target : all) {
            probes.addAll(probe(
                    source,
                    target.title(),
                    List.of(OUTSIDE, target.address(IpFamily.V4), target.address(IpFamily.V6))));
        }
        return probes;
    }

    private List<Probe> probe(ProbePod source, String target, List<String> arguments) {
        try {
            return PodExec.probe(source, namespace, arguments).stream()
                    .flatMap(line -> Probe.parse(line, source.title(), target, source.addresses()).stream())
                    .toList();
        } catch (CtlException e) {
            return List.of(Probe.failed(source.title(), target, arguments.getFirst(), String.valueOf(e.getMessage())));
        }
    }

    private void delete() {
        participants.forEach(participant ->
                participant.cluster().client().namespaces().withName(namespace).delete());
    }

    private void awaitDeleted() {
        boolean gone = session.poll(
                        REMOVAL,
                        () -> participants.stream()
                                        .allMatch(participant -> participant
                                                        .cluster()
                                                        .client()
                                                        .namespaces()
                                                        .withName(namespace)
                                                        .get()
                                                == null)
                                ? Optional.of(true)
                                : Optional.empty())
                .orElse(false);
        session.hint(gone ? "cleaned up" : "namespace " + namespace + " is still being deleted");
    }
}
