package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.CarrierSpec;
import dev.vl3mesh.agent.state.Change;
import dev.vl3mesh.agent.state.MeshStore;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that is attached on this node: turns events into rooms and links. Has no thread and no clock;
/// belongs to whoever calls it.
final class NodeAttacher {
    private static final Logger log = LoggerFactory.getLogger(NodeAttacher.class);
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long AUDIT_NANOS = 60 * SECOND_NANOS;
    private static final long UNDERLAY_NANOS = 2 * SECOND_NANOS;
    /// A deployment that is replaced leaves the node for moments only.
    private static final long EMPTY_ROOM_KEPT_NANOS = 30 * SECOND_NANOS;
    /// After this, a pod without a sandbox has ended or waits for something else.
    private static final long MISSING_NANOS = 120 * SECOND_NANOS;

    private record Known(Sandbox sandbox, long sinceNanos) {}

    private record Waiting(Sandbox sandbox, CompletableFuture<Void> settled) {}

    private final NodeContext node;
    private final Consumer<List<Change>> changeListener;
    private final MeshStore store = new MeshStore();
    private final Map<DomainName, AttachedDomain> domains = new TreeMap<>();
    private final Map<DomainName, Long> emptySinceNanos = new HashMap<>();
    /// By pod uid: the pod's latest sandbox.
    private final Map<String, Known> sandboxes = new HashMap<>();

    /// By sandbox id, kept as long as a list that still has it may be under way.
    private final Map<String, Long> stoppedNanos = new HashMap<>();

    private final Map<String, Sandbox> sandboxView = new HashMap<>();
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    private final Map<String, Long> missingSinceNanos = new HashMap<>();
    private boolean sandboxesKnown;
    private boolean configComplete;
    private long auditedNanos;
    private long underlayLookedAtNanos;
    private List<CarrierSpec.End> underlay = List.of();

    /// @param changeListener hears of every real change of the resources
    NodeAttacher(NodeContext node, Consumer<List<Change>> changeListener) {
        this.node = node;
        this.changeListener = changeListener;
    }

    /// Acts on events, in order, as one.
    void handle(List<NodeEvent> events) {
        for (NodeEvent event : events) {
            switch (event) {
                case NodeEvent.SandboxStarted started -> {
                    waiting.put(started.sandbox().podUid(), new Waiting(started.sandbox(), started.settled()));
                    start(started.sandbox(), started.atNanos());
                }
                case NodeEvent.SandboxStopped stopped -> {
                    stoppedNanos.put(stopped.id(), stopped.atNanos());
                    stop(stopped.id());
                }
                case NodeEvent.SandboxesListed listed -> list(listed);
                case NodeEvent.Learnt learnt -> learn(learnt.delta());
                case NodeEvent.Complete _ -> complete();
                case NodeEvent.Measured measured ->
                    Optional.ofNullable(domains.get(measured.domain()))
                            .ifPresent(domain -> domain.measured(measured.mtu(), sandboxView, prune()));
            }
        }
        settle();
    }

    /// Does what only time brings: tries again, compares with the kernel, takes empty rooms away.
    void tick(long nowNanos) {
        stoppedNanos.values().removeIf(at -> nowNanos - at > MISSING_NANOS);
        boolean audit = nowNanos - auditedNanos >= AUDIT_NANOS;
        if (audit) {
            auditedNanos = nowNanos;
        }
        domains.forEach((name, domain) -> {
            if (domain.wantsRetry() || (audit && domain.isOpen())) {
                domain.reconcile(sandboxView, prune());
            }
        });
        watchUnderlay(nowNanos);
        removeEmptyRooms(nowNanos);
        trackMissing(nowNanos);
        settle();
    }

    /// An interface of the host may get another MTU at any time, and nobody tells.
    private void watchUnderlay(long nowNanos) {
        if (nowNanos - underlayLookedAtNanos < UNDERLAY_NANOS) {
            return;
        }
        underlayLookedAtNanos = nowNanos;
        List<CarrierSpec.End> now = node.ends(CarrierKind.VXLAN, 0);
        if (!now.equals(underlay)) {
            log.info("underlay: this node sends inner packets of up to {}, where they are not encrypted", now);
            underlay = now;
        }
        domains.values().stream()
                .filter(domain -> domain.isOpen() && !domain.fitsUnderlay())
                .forEach(domain -> domain.reconcile(sandboxView, prune()));
    }

    private Room.Prune prune() {
        return new Room.Prune(sandboxesKnown && configComplete, configComplete);
    }

    /// The first list of all sandboxes is compared with the kernel as a whole, see [#list].
    private void remember(Sandbox sandbox, long atNanos) {
        if (sandboxesKnown) {
            start(sandbox, atNanos);
        } else {
            sandboxes.put(sandbox.podUid(), new Known(sandbox, atNanos));
            sandboxView.put(sandbox.podUid(), sandbox);
        }
    }

    private void start(Sandbox sandbox, long atNanos) {
        Known before = sandboxes.put(sandbox.podUid(), new Known(sandbox, atNanos));
        sandboxView.put(sandbox.podUid(), sandbox);
        if (before == null || !before.sandbox().equals(sandbox)) {
            domains.values().forEach(domain -> domain.sync(sandbox.podUid(), sandbox));
        }
    }

    private void stop(String id) {
        sandboxes.values().stream()
                .filter(known -> known.sandbox().id().equals(id))
                .findFirst()
                .ifPresent(known -> {
                    String uid = known.sandbox().podUid();
                    sandboxes.remove(uid);
                    sandboxView.remove(uid);
                    domains.values().forEach(domain -> domain.sync(uid, null));
                });
    }

    private void list(NodeEvent.SandboxesListed listed) {
        Set<String> ids = new HashSet<>();
        listed.sandboxes().forEach(sandbox -> ids.add(sandbox.id()));
        List<String> gone = sandboxes.values().stream()
                .filter(known -> !ids.contains(known.sandbox().id()) && known.sinceNanos() - listed.asOfNanos() < 0)
                .map(known -> known.sandbox().id())
                .toList();
        gone.forEach(this::stop);
        for (Sandbox sandbox : listed.sandboxes()) {
            Known known = sandboxes.get(sandbox.podUid());
            Long stopped = stoppedNanos.get(sandbox.id());
            boolean endedSince = stopped != null && stopped - listed.asOfNanos() >= 0;
            if (!endedSince && (known == null || known.sinceNanos() - listed.asOfNanos() < 0)) {
                remember(sandbox, listed.asOfNanos());
            }
        }
        if (!sandboxesKnown) {
            sandboxesKnown = true;
            reconcileAll();
        }
    }

    private void learn(SnapshotDelta delta) {
        Map<DomainName, List<Change>> byDomain = new TreeMap<>();
        List<Change> all = store.apply(delta);
        changeListener.accept(all);
        for (Change change : all) {
            byDomain.computeIfAbsent(change.key().domain(), _ -> new ArrayList<>())
                    .add(change);
        }
        byDomain.forEach((name, changes) -> domains.computeIfAbsent(name, _ -> new AttachedDomain(name, node))
                .apply(changes, sandboxView, prune()));
    }

    private void complete() {
        if (!configComplete) {
            configComplete = true;
            reconcileAll();
        }
    }

    /// What nobody knows may be taken away only when everything is known.
    private void reconcileAll() {
        domains.values().forEach(domain -> domain.reconcile(sandboxView, prune()));
        if (prune().links()) {
            Set<String> names = new HashSet<>(node.rooms().names());
            domains.forEach(
                    (name, domain) -> names.remove(InterfaceName.of(name).value()));
            names.forEach(name -> {
                log.info("removing room {}: this node has no pod in such a domain", name);
                node.rooms().remove(name);
            });
        }
    }

    private void removeEmptyRooms(long nowNanos) {
        if (!prune().links()) {
            return;
        }
        domains.forEach((name, domain) -> {
            if (domain.isNeeded() || !domain.isOpen()) {
                emptySinceNanos.remove(name);
            } else if (nowNanos - emptySinceNanos.computeIfAbsent(name, _ -> nowNanos) >= EMPTY_ROOM_KEPT_NANOS) {
                log.info("{}: no pod of this node is in it any more: removing its room", name);
                domain.remove();
            }
        });
    }

    private void trackMissing(long nowNanos) {
        Set<String> missing = new HashSet<>();
        domains.values().forEach(domain -> missing.addAll(domain.wantedPods()));
        missing.removeAll(sandboxes.keySet());
        missingSinceNanos.keySet().retainAll(missing);
        missing.forEach(uid -> missingSinceNanos.putIfAbsent(uid, nowNanos));
    }

    private void settle() {
        waiting.values().removeIf(wait -> {
            String uid = wait.sandbox().podUid();
            boolean gone = !wait.sandbox().equals(sandboxView.get(uid));
            boolean settled = wait.sandbox().expected().stream().allMatch(name -> {
                AttachedDomain domain = domains.get(name);
                return domain != null && domain.isSettled(uid);
            });
            if (gone || settled || wait.settled().isDone()) {
                wait.settled().complete(null);
                return true;
            }
            return false;
        });
    }

    /// What is attached now.
    NodeStatus status(long nowNanos) {
        List<NodeStatus.Pod> pods = new ArrayList<>();
        Map<DomainName, RoomSpec> rooms = new TreeMap<>();
        domains.forEach((name, domain) -> {
            pods.addAll(domain.pods());
            domain.spec().ifPresent(spec -> rooms.put(name, spec));
        });
        boolean missing = missingSinceNanos.values().stream().anyMatch(since -> nowNanos - since < MISSING_NANOS);
        return new NodeStatus(pods, rooms, missing);
    }

    /// Lets go of all rooms and leaves them as they are.
    void release() {
        domains.values().forEach(AttachedDomain::release);
    }
}
