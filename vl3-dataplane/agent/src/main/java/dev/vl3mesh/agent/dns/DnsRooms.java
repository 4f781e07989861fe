package dev.vl3mesh.agent.dns;

import dev.vl3mesh.agent.attach.Room;
import dev.vl3mesh.agent.attach.RoomListener;
import dev.vl3mesh.agent.attach.RoomSpec;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves names in every open room, on the gateway's addresses.
public final class DnsRooms implements RoomListener {
    private static final Logger log = LoggerFactory.getLogger(DnsRooms.class);

    private record Serving(List<IpAddress> gateway, DnsServer.Listener listener) {}

    private final DnsServer server;
    private final Map<DomainName, Serving> serving = new HashMap<>();

    /// @param server serves all sockets; stays the caller's
    public DnsRooms(DnsServer server) {
        this.server = server;
    }

    @Override
    public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
        Serving current = serving.get(spec.domain());
        if (current != null && current.gateway().equals(spec.gateway())) {
            return;
        }
        closed(spec.domain());
        List<DatagramChannel> udp = new ArrayList<>();
        List<ServerSocketChannel> tcp = new ArrayList<>();
        try {
            room.inside(() -> {
                for (IpAddress gateway : spec.gateway()) {
                    udp.add(openUdp(gateway));
                    tcp.add(openTcp(gateway));
                }
                return true;
            });
        } catch (IOException e) {
            udp.forEach(DnsRooms::close);
            tcp.forEach(DnsRooms::close);
            log.error("dns in {}: {}; names of the domain are not answered on this node", spec.name(), e.getMessage());
            return;
        }
        serving.put(spec.domain(), new Serving(spec.gateway(), server.serve(spec.domain(), udp, tcp)));
    }

    private static DatagramChannel openUdp(IpAddress gateway) throws IOException {
        DatagramChannel channel = DatagramChannel.open(family(gateway));
        channel.configureBlocking(false);
        return channel.bind(new InetSocketAddress(gateway.toInetAddress(), DnsServer.PORT));
    }

    private static ServerSocketChannel openTcp(IpAddress gateway) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(family(gateway));
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        return channel.bind(new InetSocketAddress(gateway.toInetAddress(), DnsServer.PORT));
    }

    private static StandardProtocolFamily family(IpAddress address) {
        return address.family() == IpFamily.V4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    private static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("dns close", e);
        }
    }

    @Override
    public void peersChanged(DomainName domain, Collection<Peer> peers) {}

    @Override
    public void closed(DomainName domain) {
        Serving last = serving.remove(domain);
        if (last != null) {
            last.listener().close();
        }
    }
}
