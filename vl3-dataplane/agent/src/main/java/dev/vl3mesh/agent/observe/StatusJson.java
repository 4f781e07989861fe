package dev.vl3mesh.agent.observe;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.vl3mesh.agent.attach.DropReason;
import dev.vl3mesh.agent.attach.NodeStatus;
import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.probe.PathView;
import dev.vl3mesh.model.DomainName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The node's status for people and tools: what was seen, with its age.
public final class StatusJson {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final NodeKey self;
    private final NodeObserver observer;
    private final Connections connections;

    private record Status(
            String cluster,
            String node,
            boolean controlConnected,
            long snapshotAgeMillis,
            boolean nriConnected,
            List<Domain> domains) {}

    private record Domain(
            String name, int mtu, String problem, List<Pod> pods, List<PathTo> peers, Map<String, Long> drops) {}

    private record Pod(String uid, List<String> addresses, String problem) {}

    private record PathTo(
            String cluster,
            String node,
            String outerAddress,
            String carrier,
            boolean encrypted,
            boolean reachable,
            long roundTripMicros,
            double recentLoss,
            int recentProbes,
            int pathMtu,
            long ageMillis) {}

    /// @param self whose status it is
    public StatusJson(NodeKey self, NodeObserver observer, Connections connections) {
        this.self = self;
        this.observer = observer;
        this.connections = connections;
    }

    /// Returns the status as it is now.
    public String write() {
        NodeStatus now = observer.status();
        Map<DomainName, String> alarms = observer.alarms();
        Map<DomainName, Map<DropReason, Long>> drops = observer.drops();
        List<PathView> paths = observer.paths();
        List<Domain> domains = new ArrayList<>();
        new TreeMap<>(now.rooms())
                .forEach((name, room) -> domains.add(new Domain(
                        name.value(),
                        room.mtu(),
                        alarms.getOrDefault(name, ""),
                        pods(now, name),
                        paths.stream()
                                .filter(path -> path.domain().equals(name))
                                .map(path -> path(path, room.carrier()))
                                .toList(),
                        words(drops.getOrDefault(name, Map.of())))));
        return GSON.toJson(new Status(
                        self.cluster().value(),
                        self.node().value(),
                        connections.control(),
                        connections.snapshotAgeMillis(),
                        connections.nri(),
                        domains))
                + "\n";
    }

    private static List<Pod> pods(NodeStatus status, DomainName domain) {
        return status.pods().stream()
                .filter(pod -> pod.domain().equals(domain))
                .map(pod -> new Pod(
                        pod.podUid(),
                        pod.addresses().stream().map(Object::toString).toList(),
                        pod.problem()))
                .toList();
    }

    private PathTo path(PathView path, CarrierKind carrier) {
        return new PathTo(
                path.peer().node().cluster().value(),
                path.peer().node().node().value(),
                path.peer().outer().toString(),
                carrier.word(),
                carrier.encrypted(),
                path.reachable(),
                path.roundTripMicros(),
                path.recentLoss(),
                path.recentSent(),
                path.pathMtu(),
                path.sent() == 0 ? -1 : observer.ageMillis(path));
    }

    private static Map<String, Long> words(Map<DropReason, Long> drops) {
        Map<String, Long> words = new TreeMap<>();
        drops.forEach((reason, packets) -> words.put(reason.word(), packets));
        return words;
    }
}
