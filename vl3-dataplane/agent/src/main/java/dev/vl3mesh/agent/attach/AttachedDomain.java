package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.CarrierKind;
import dev.vl3mesh.agent.carrier.Vtep;
import dev.vl3mesh.agent.state.Change;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshPorts;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One domain on this node: brings its plan and the node's sandboxes into its room. Belongs to one thread.
final class AttachedDomain {
    private static final Logger log = LoggerFactory.getLogger(AttachedDomain.class);

    private final DomainName domain;
    private final NodeContext node;
    private final DomainPlan plan;
    private final Map<String, PodLink> attached = new HashMap<>();
    private final Map<String, String> problems = new TreeMap<>();
    private @Nullable Room room;
    private @Nullable RoomSpec spec;
    private List<Integer> carrierLinks = List.of();
    private int measuredMtu;
    private boolean retry;

    AttachedDomain(DomainName domain, NodeContext node) {
        this.domain = domain;
        this.node = node;
        this.plan = new DomainPlan(domain, node.self(), node.outer());
    }

    /// Takes changes of this domain's resources.
    void apply(List<Change> changes, Map<String, Sandbox> sandboxes, Room.Prune prune) {
        RoomDelta delta = new RoomDelta();
        changes.forEach(change -> plan.apply(change, delta));
        if (delta.isDefinitionChanged() || room == null) {
            delta.pods().forEach(uid -> sync(uid, sandboxes.get(uid)));
            reconcile(sandboxes, prune);
            return;
        }
        try {
            room.change(delta.putPeers().values(), List.of());
            room.changeRoutes(delta.putRoutes().values(), delta.dropRoutes().values());
            room.change(List.of(), delta.dropPeers().values());
        } catch (AttachException e) {
            log.warn("{}: {}; trying again", domain, e.getMessage());
            retry = true;
        }
        delta.pods().forEach(uid -> sync(uid, sandboxes.get(uid)));
        if (!delta.putPeers().isEmpty() || !delta.dropPeers().isEmpty()) {
            node.listener().peersChanged(domain, plan.peers().values());
        }
    }

    /// Attaches or detaches one pod, as its attachment and its sandbox have it now.
    ///
    /// @param sandbox null where the pod has none
    void sync(String uid, @Nullable Sandbox sandbox) {
        Room open = room;
        if (open == null) {
            return;
        }
        Optional<PodLink> wanted = link(uid, sandbox);
        PodLink current = attached.get(uid);
        if (current != null && !wanted.equals(Optional.of(current))) {
            detach(open, current);
        }
        if (wanted.isEmpty()) {
            problems.remove(uid);
        } else if (!attached.containsKey(uid)) {
            attach(open, wanted.get());
        }
    }

    private void detach(Room open, PodLink link) {
        attached.remove(link.podUid());
        try {
            open.detach(link);
            log.info("{}: detached {}", domain, link.pod());
        } catch (AttachException e) {
            log.warn("{}: {}; trying again", domain, e.getMessage());
            retry = true;
        }
    }

    private void attach(Room open, PodLink link) {
        Optional<String> refusal = refusal(link);
        if (refusal.isPresent()) {
            problems.put(link.podUid(), refusal.get());
            return;
        }
        try {
            open.attach(link);
            attached.put(link.podUid(), link);
            problems.remove(link.podUid());
            log.info("{}: attached {} as {}", domain, link.pod(), link.addresses());
        } catch (AttachException e) {
            problem(link, String.valueOf(e.getMessage()));
        }
    }

    private void problem(PodLink link, String text) {
        retry = true;
        if (!text.equals(problems.put(link.podUid(), text))) {
            log.warn("{}: {} not attached: {}", domain, link.pod(), text);
        }
    }

    /// Whatever the control plane says, nobody may become the gateway, a service, or live outside the domain.
    private Optional<String> refusal(PodLink link) {
        Optional<AddressPlan> known = plan.addressPlan();
        if (known.isEmpty()) {
            return Optional.of("attach " + link.pod() + ": domain " + domain + " is not defined here any more");
        }
        AddressPlan places = known.get();
        for (IpAddress address : link.addresses()) {
            if (places.indexOf(address).isEmpty()
                    || !places.allocatable(places.indexOf(address).getAsInt())) {
                return Optional.of(
                        "attach " + link.pod() + ": " + address + " is no pod's address in " + domain + " " + places);
            }
        }
        return Optional.empty();
    }

    private Optional<PodLink> link(String uid, @Nullable Sandbox sandbox) {
        AttachmentResource attachment = plan.pods().get(uid);
        return sandbox == null || attachment == null
                ? Optional.empty()
                : Optional.of(new PodLink(
                        domain,
                        uid,
                        sandbox.networkNamespace(),
                        sandbox.toString(),
                        attachment.addresses(),
                        attachment.sidecar() ? plan.definition().map(d -> new MeshPorts(d.slot())) : Optional.empty()));
    }

    /// Compares everything with the kernel and corrects what differs. Opens the room where it is needed and
    /// not open.
    void reconcile(Map<String, Sandbox> sandboxes, Room.Prune prune) {
        Optional<DomainResource> definition = plan.definition();
        if (definition.isEmpty() || (room == null && !plan.isNeeded())) {
            return;
        }
        try {
            if (spec != null
                    && spec.carrier() != CarrierKind.of(definition.get().carrier())) {
                measuredMtu = 0; // by another carrier
            }
            Room open = room == null ? open(definition.get()) : room;
            RoomSpec wanted = spec(definition.get());
            Map<String, PodLink> links = new HashMap<>();
            problems.clear();
            plan.pods()
                    .keySet()
                    .forEach(uid -> link(uid, sandboxes.get(uid)).ifPresent(link -> {
                        Optional<String> refusal = refusal(link);
                        refusal.ifPresentOrElse(text -> problems.put(uid, text), () -> links.put(uid, link));
                    }));
            retry = false;
            Map<PodLink, String> failed = open.reconcile(
                    wanted, links.values(), plan.peers().values(), plan.routes().values(), prune);
            failed.forEach((link, text) -> {
                links.remove(link.podUid());
                problem(link, text);
            });
            attached.clear();
            attached.putAll(links);
            List<Integer> interfaces = wanted.ends().stream()
                    .map(end -> open.carrierLink(end.outer().family()))
                    .toList();
            if (!wanted.equals(spec) || !interfaces.equals(carrierLinks)) {
                spec = wanted;
                carrierLinks = interfaces;
                node.listener().opened(wanted, open, plan.peers().values());
            }
        } catch (AttachException e) {
            log.warn("{}: {}; trying again", domain, e.getMessage());
            retry = true;
        }
    }

    private Room open(DomainResource definition) {
        Room opened = node.rooms().open(spec(definition));
        room = opened;
        measuredMtu = opened.inheritedMtu().orElse(0);
        return opened;
    }

    private RoomSpec spec(DomainResource definition) {
        AddressPlan places = plan.addressPlan().orElseThrow();
        CarrierKind carrier = CarrierKind.of(definition.carrier());
        int paths = measuredMtu > 0
                ? measuredMtu
                : node.unmeasuredMtu(carrier, plan.peers().values());
        int mtu = definition.mtu() > 0 ? Math.min(definition.mtu(), paths) : paths;
        return new RoomSpec(
                domain,
                carrier,
                definition.vni(),
                mtu,
                places.prefixes(),
                places.gateway(),
                Vtep.of(domain, node.self()),
                definition.mtu(),
                node.ends(carrier, mtu));
    }

    /// Takes a newly measured MTU, in bytes; 0 where there is nobody to measure to. One that was measured by another
    /// carrier may be more than this one has room for.
    void measured(int mtu, Map<String, Sandbox> sandboxes, Room.Prune prune) {
        int room = plan.definition()
                .map(d -> node.unmeasuredMtu(
                        CarrierKind.of(d.carrier()), plan.peers().values()))
                .orElse(mtu);
        int now = Math.min(mtu, room);
        if (now != measuredMtu) {
            measuredMtu = now;
            reconcile(sandboxes, prune);
        }
    }

    /// Takes the room away with everything in it.
    void remove() {
        RoomSpec last = spec;
        release();
        if (last != null) {
            node.rooms().remove(last.name());
        }
    }

    /// Lets go of the room and leaves it as it is.
    void release() {
        if (room != null) {
            node.listener().closed(domain);
            room.close();
            room = null;
            spec = null;
        }
        attached.clear();
    }

    /// Whether something failed that may succeed later.
    boolean wantsRetry() {
        return retry;
    }

    /// Whether the carrier has the room that the underlay gives now.
    boolean fitsUnderlay() {
        return spec == null || spec.ends().equals(node.ends(spec.carrier(), spec.mtu()));
    }

    boolean isNeeded() {
        return plan.isNeeded();
    }

    boolean isOpen() {
        return room != null;
    }

    Optional<RoomSpec> spec() {
        return Optional.ofNullable(spec);
    }

    /// Whether it is clear what became of a pod's attachment.
    boolean isSettled(String uid) {
        return attached.containsKey(uid) || problems.containsKey(uid);
    }

    /// Uids of all pods that should be attached here.
    Collection<String> wantedPods() {
        return plan.pods().keySet();
    }

    List<NodeStatus.Pod> pods() {
        List<NodeStatus.Pod> pods = new ArrayList<>();
        plan.pods().forEach((uid, attachment) -> {
            if (isSettled(uid)) {
                pods.add(new NodeStatus.Pod(domain, uid, attachment.addresses(), problems.getOrDefault(uid, "")));
            }
        });
        return pods;
    }

    DomainName name() {
        return domain;
    }
}
