package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.server.ControlHandlers;
import dev.vl3mesh.xds.server.ControlServer;
import dev.vl3mesh.xds.server.Door;
import dev.vl3mesh.xds.server.Door.Caller;
import dev.vl3mesh.xds.server.StreamCounts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The gRPC servers of a control plane. With the built-in issuer there is one, for agents and members. Where identities
/// come from the Workload API, agents get a server of their own, whose identity and roots are the API's; members go on
/// to meet the built-in issuer, which alone they know, by the invitation's fingerprint. So neither issuer can make what
/// the other one is for.
public final class Doors implements AutoCloseable {
    private final List<ControlServer> servers = new ArrayList<>();
    private final StreamCounts streams = new StreamCounts();

    /// Makes the servers; [#start] opens their ports.
    ///
    /// @param ports for agents, and for members where they have one of their own
    /// @param builtIn the built-in issuer's identity
    /// @param given the identity that the Workload API gives; nothing where the built-in issuer is all there is
    public Doors(
            Ports ports,
            KubeClusterName cluster,
            Supplier<Svid> builtIn,
            Optional<Supplier<Svid>> given,
            ResourceStore store,
            ControlHandlers handlers) {
        InetSocketAddress first = new InetSocketAddress(ports.grpc());
        List<Door> doors = given.map(svid -> List.of(
                        new Door(first, svid, Set.of(Caller.NODE)),
                        new Door(new InetSocketAddress(ports.link()), builtIn, Set.of(Caller.CLUSTER))))
                .orElse(List.of(Door.forAll(first, builtIn)));
        doors.forEach(door -> servers.add(new ControlServer(door, cluster, store, handlers, streams)));
    }

    /// Ports to listen on; 0 chooses a free one.
    public record Ports(int grpc, int link) {}

    /// Opens the ports.
    ///
    /// @throws IOException if one can't be opened
    public void start() throws IOException {
        for (ControlServer server : servers) {
            server.start();
        }
    }

    /// The ports that are open.
    public Ports ports() {
        return new Ports(servers.getFirst().port(), servers.getLast().port());
    }

    /// Counts of the streams of all servers.
    public StreamCounts streams() {
        return streams;
    }

    @Override
    public void close() {
        servers.forEach(ControlServer::close);
    }
}
