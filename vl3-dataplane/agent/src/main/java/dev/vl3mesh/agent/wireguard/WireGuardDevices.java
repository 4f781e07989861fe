package dev.vl3mesh.agent.wireguard;

import dev.vl3mesh.agent.carrier.NameHash;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.netns.NodeMounts;
import dev.vl3mesh.model.DomainName;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the WireGuard carriers of this node: their sockets are in the host's namespace, each at a port of its own.
public final class WireGuardDevices {
    private static final Logger LOG = LoggerFactory.getLogger(WireGuardDevices.class);

    /// Domains on a node, at most.
    public static final int PORTS = 100;

    private static final String TUN = "/dev/net/tun";

    private final NodeKey self;
    private final NodeSecret secret;
    private final NodeMounts mounts;
    private final NetworkNamespace host;
    private final int firstPort;

    /// @param mounts the node's, which have `/dev/net/tun`; stay the caller's
    /// @param host the host's namespace; stays the caller's
    /// @param firstPort UDP; it and the next 99 are used
    public WireGuardDevices(NodeKey self, NodeSecret secret, NodeMounts mounts, NetworkNamespace host, int firstPort) {
        this.self = self;
        this.secret = secret;
        this.mounts = mounts;
        this.host = host;
        this.firstPort = firstPort;
    }

    /// A carrier for a domain's room, which makes its device when it is first used.
    ///
    /// @param client of the room's namespace; stays the caller's
    public WireGuardCarrier carrier(DomainName domain, NetworkNamespace room, RouteClient client) {
        return new WireGuardCarrier(client, () -> open(domain, room));
    }

    /// A domain finds its port again after a restart, unless another one has got there first: then its peers are told.
    private WireGuardDevice open(DomainName domain, NetworkNamespace room) {
        int first = (int) Long.remainderUnsigned(NameHash.of(domain.value()).bits(), PORTS);
        for (int i = 0; i < PORTS; i++) {
            int port = firstPort + (first + i) % PORTS;
            try {
                return WireGuardDevice.attach(
                        secret.identity(domain, self),
                        WireGuardCarrier.INTERFACE,
                        room,
                        mounts.path(TUN),
                        host,
                        new InetSocketAddress(port));
            } catch (BindException e) {
                LOG.info("{}: UDP port {}: {}; the next one is tried", domain, port, e.getMessage());
            } catch (IOException e) {
                throw new LinuxException("socket", "UDP port " + port, Errno.EIO, String.valueOf(e.getMessage()));
            }
        }
        throw new LinuxException(
                "bind", "UDP ports " + firstPort + " to " + (firstPort + PORTS - 1), Errno.EADDRINUSE, "");
    }
}
