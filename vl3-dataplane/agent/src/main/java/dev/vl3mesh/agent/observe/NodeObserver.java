package dev.vl3mesh.agent.observe;

import dev.vl3mesh.agent.attach.DropReason;
import dev.vl3mesh.agent.attach.NodeStatus;
import dev.vl3mesh.agent.attach.Room;
import dev.vl3mesh.agent.attach.RoomListener;
import dev.vl3mesh.agent.attach.RoomSpec;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Collects what there is to see on this node. Safe for threads.
public final class NodeObserver implements RoomListener {
    private final Supplier<NodeStatus> status;
    private final Map<DomainName, Room> rooms = new ConcurrentHashMap<>();

    /// @param status what is attached now
    public NodeObserver(Supplier<NodeStatus> status) {
        this.status = status;
    }

    @Override
    public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
        rooms.put(spec.domain(), room);
    }

    @Override
    public void peersChanged(DomainName domain, Collection<Peer> peers) {}

    @Override
    public void closed(DomainName domain) {
        rooms.remove(domain);
    }

    /// What is attached now.
    public NodeStatus status() {
        return status.get();
    }

    /// Dropped packets of each open room.
    public Map<DomainName, Map<DropReason, Long>> drops() {
        Map<DomainName, Map<DropReason, Long>> drops = new TreeMap<>();
        rooms.forEach((domain, room) -> drops.put(domain, room.drops()));
        return drops;
    }

    /// Returns the whole state of the node as its control plane wants it, but for the nonce.
    public NodeReport.Builder report() {
        NodeReport.Builder report = NodeReport.newBuilder();
        for (NodeStatus.Pod pod : status().pods()) {
            NodeReport.AttachedPod.Builder attached = report.addAttachedBuilder()
                    .setDomain(pod.domain().value())
                    .setPodUid(pod.podUid())
                    .setProblem(pod.problem());
            pod.addresses().forEach(address -> attached.addAddresses(address.toString()));
        }
        drops().forEach((domain, counts) -> counts.forEach((reason, packets) -> report.addDropsBuilder()
                .setDomain(domain.value())
                .setReason(reason.word())
                .setPackets(packets)));
        return report;
    }
}
