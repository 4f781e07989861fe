package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.RemoteRoute;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// One domain's room on this node, in the kernel. It outlives the agent: closing it lets go of it and
/// changes nothing. Every method may be repeated, and leaves alone what is right already. Used by one
/// thread, but for [#drops].
public interface Room extends AutoCloseable {
    /// The UDP port, on the carriers' link-local addresses, on which agents answer each other's probes.
    int PROBE_PORT = 4791;

    /// Makes everything as it is said here, and takes away what is not, as far as that may be judged.
    ///
    /// @param prune what of the kernel's state may be taken away
    /// @throws AttachException if the room itself can't be made so
    /// @return why a pod could not be attached, for each of those
    Map<PodLink, String> reconcile(
            RoomSpec spec,
            Collection<PodLink> links,
            Collection<Peer> peers,
            Collection<RemoteRoute> routes,
            Prune prune);

    /// What is known so completely that whatever is not known is too much.
    ///
    /// @param links whether all sandboxes and all attachments of the node are known
    /// @param remotes whether all peers and remote attachments are known
    record Prune(boolean links, boolean remotes) {}

    /// The MTU that the room was left with by whoever made it, in bytes; nothing where it is new.
    OptionalInt inheritedMtu();

    /// Attaches one pod.
    ///
    /// @throws AttachException if that fails; then nothing of it is left
    void attach(PodLink link);

    /// Takes a pod's interfaces away. Not an error where they, or the pod, are gone.
    void detach(PodLink link);

    /// Makes peers reachable, or not any more.
    void change(Collection<Peer> put, Collection<Peer> drop);

    /// Makes remote pods reachable, or not any more.
    void changeRoutes(Collection<RemoteRoute> put, Collection<RemoteRoute> drop);

    /// The index of the interface that leads to peers over an underlay of this family.
    ///
    /// @throws IllegalStateException if this node has no address of the family
    int carrierLink(IpFamily underlay);

    /// What other nodes have to know to reach this one by the carrier, beyond its address; nothing where it does not
    /// encrypt. May be called from any thread.
    Optional<TunnelEnd> tunnel();

    /// Runs something inside the room, such as opening sockets, which belong to it and can be used by any
    /// thread afterwards.
    ///
    /// @throws IOException what the call throws
    <T> T inside(IoCall<T> call) throws IOException;

    /// Something that is done inside a room.
    interface IoCall<T> {
        /// Does it.
        T call() throws IOException;
    }

    /// Packets dropped since the room was made. May be called from any thread.
    Map<DropReason, Long> drops();

    @Override
    void close();
}
