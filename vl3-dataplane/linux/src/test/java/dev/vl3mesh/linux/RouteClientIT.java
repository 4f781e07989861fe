package dev.vl3mesh.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.FdbSpec;
import dev.vl3mesh.linux.netlink.HardwareAddress;
import dev.vl3mesh.linux.netlink.NeighborSpec;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netlink.RouteSpec;
import dev.vl3mesh.linux.netlink.VethSpec;
import dev.vl3mesh.linux.netlink.VxlanSpec;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Two "nodes" with a veth as underlay, a room on each, VXLAN between the rooms:
///
/// ```
///   roomA ─ vx ┐                ┌ vx ─ roomB
///            hostA ─── veth ─── hostB
/// ```
class RouteClientIT {
    private static final HardwareAddress MAC_A = HardwareAddress.parse("02:00:00:00:00:0a");
    private static final HardwareAddress MAC_B = HardwareAddress.parse("02:00:00:00:00:0b");

    private final NetworkNamespace hostA = NetworkNamespace.create("hostA");
    private final NetworkNamespace hostB = NetworkNamespace.create("hostB");
    private final NetworkNamespace roomA = NetworkNamespace.create("roomA");
    private final NetworkNamespace roomB = NetworkNamespace.create("roomB");

    @AfterEach
    void close() {
        List.of(hostA, hostB, roomA, roomB).forEach(NetworkNamespace::close);
    }

    private static InetAddress ip(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private static void underlay(NetworkNamespace a, NetworkNamespace b) throws UnknownHostException {
        try (RouteClient left = RouteClient.open(a);
                RouteClient right = RouteClient.open(b)) {
            left.addVeth(new VethSpec("up", MAC_A, "up", MAC_B, 1500, "underlay"), b);
            setUp(left, "up", ip("192.168.9.1"), 24);
            setUp(right, "up", ip("192.168.9.2"), 24);
            left.putRoutes(List.of(new RouteSpec(
                    ip("192.168.9.0"), 24, left.link("up").orElseThrow().index(), Optional.empty(), Optional.empty())));
            right.putRoutes(List.of(new RouteSpec(
                    ip("192.168.9.0"),
                    24,
                    right.link("up").orElseThrow().index(),
                    Optional.empty(),
                    Optional.empty())));
        }
    }

    private static int setUp(RouteClient client, String name, InetAddress address, int length) {
        int link = client.link(name).orElseThrow().index();
        client.putAddress(new AddressSpec(link, address, length));
        client.setUp(link);
        return link;
    }

    /// Makes one side: its carrier, its address, and the way to the other.
    private static void side(
            NetworkNamespace host,
            NetworkNamespace room,
            String outer,
            String peerOuter,
            HardwareAddress mac,
            HardwareAddress peerMac,
            int number)
            throws UnknownHostException {
        try (RouteClient hosts = RouteClient.open(host)) {
            hosts.addVxlan(new VxlanSpec("vx", mac, 7, ip(outer), 4790, 1450, "carrier"), room);
        }
        int other = 3 - number;
        try (RouteClient rooms = RouteClient.open(room)) {
            int lo = setUp(rooms, "lo", ip("172.16.0." + number), 32);
            rooms.putAddress(new AddressSpec(lo, ip("fd00:16::" + number), 128));
            int vx = rooms.link("vx").orElseThrow().index();
            rooms.setUp(vx);
            rooms.putFdb(List.of(new FdbSpec(vx, peerMac, ip(peerOuter))));
            rooms.putNeighbors(List.of(new NeighborSpec(vx, ip("fe80::" + other), peerMac)));
            rooms.putRoutes(List.of(
                    new RouteSpec(
                            ip("172.16.0." + other),
                            32,
                            vx,
                            Optional.of(ip("fe80::" + other)),
                            Optional.of(ip("172.16.0." + number))),
                    new RouteSpec(
                            ip("fd00:16::" + other),
                            128,
                            vx,
                            Optional.of(ip("fe80::" + other)),
                            Optional.of(ip("fd00:16::" + number)))));
            assertThat(rooms.routes()).hasSize(2);
            assertThat(rooms.fdb()).contains(new FdbSpec(vx, peerMac, ip(peerOuter)));
            assertThat(rooms.neighbors()).contains(new NeighborSpec(vx, ip("fe80::" + other), peerMac));
        }
    }

    private String exchange(String from, String to) throws IOException {
        DatagramChannel server = roomB.call(() -> DatagramChannel.open().bind(new InetSocketAddress(ip(to), 9999)));
        DatagramChannel client = roomA.call(() -> DatagramChannel.open().bind(new InetSocketAddress(ip(from), 0)));
        try (server;
                client) {
            client.send(
                    ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)), new InetSocketAddress(ip(to), 9999));
            server.socket().setSoTimeout(3000);
            ByteBuffer buffer = ByteBuffer.allocate(100);
            InetSocketAddress source = (InetSocketAddress) server.receive(buffer);
            return source.getAddress().getHostAddress() + " "
                    + new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void packetsCrossAVxlanWhoseSocketStaysOutside() throws IOException {
        underlay(hostA, hostB);
        side(hostA, roomA, "192.168.9.1", "192.168.9.2", MAC_A, MAC_B, 1);
        side(hostB, roomB, "192.168.9.2", "192.168.9.1", MAC_B, MAC_A, 2);
        assertThat(exchange("172.16.0.1", "172.16.0.2")).isEqualTo("172.16.0.1 hello");
        assertThat(exchange("fd00:16::1", "fd00:16::2")).isEqualTo("fd00:16:0:0:0:0:0:1 hello");
    }

    @Test
    void whatIsAskedForTwiceIsDoneOnceAndWhatIsGoneMayBeDeleted() throws UnknownHostException {
        try (RouteClient rooms = RouteClient.open(roomA)) {
            int lo = setUp(rooms, "lo", ip("172.16.0.1"), 32);
            rooms.putAddress(new AddressSpec(lo, ip("172.16.0.1"), 32));
            assertThat(rooms.addresses()).containsOnlyOnce(new AddressSpec(lo, ip("172.16.0.1"), 32));
            RouteSpec route = new RouteSpec(ip("10.9.0.0"), 24, lo, Optional.empty(), Optional.empty());
            rooms.putRoutes(List.of(route, route));
            rooms.deleteRoutes(List.of(route, route));
            assertThat(rooms.routes()).isEmpty();
            rooms.deleteAddress(new AddressSpec(lo, ip("172.16.0.1"), 32));
            rooms.deleteAddress(new AddressSpec(lo, ip("172.16.0.1"), 32));
            rooms.deleteLink("none");
        }
    }

    @Test
    void aRefusalSaysWhatOnWhatAndWhy() {
        try (RouteClient rooms = RouteClient.open(roomA)) {
            RouteSpec route = new RouteSpec(ip("10.9.0.0"), 24, 99, Optional.empty(), Optional.empty());
            assertThatThrownBy(() -> rooms.putRoutes(List.of(route)))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("route replace 10.9.0.0/24: ENODEV");
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
        assertThatThrownBy(() -> NetworkNamespace.open(Path.of("/run/netns/none")))
                .hasMessageContaining("open /run/netns/none: ENOENT");
    }

    @Test
    void tenThousandRoutesGoInAFewBatches() throws UnknownHostException {
        try (RouteClient rooms = RouteClient.open(roomA)) {
            int lo = setUp(rooms, "lo", ip("172.16.0.1"), 32);
            List<RouteSpec> routes = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                routes.add(new RouteSpec(
                        ip("10." + (i >> 16) + "." + ((i >> 8) & 255) + "." + (i & 255)),
                        32,
                        lo,
                        Optional.empty(),
                        Optional.empty()));
            }
            rooms.putRoutes(routes);
            assertThat(rooms.routes()).hasSize(10_000);
        }
    }
}
