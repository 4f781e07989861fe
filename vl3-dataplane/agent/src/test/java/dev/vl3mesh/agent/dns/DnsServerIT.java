package dev.vl3mesh.agent.dns;

import static dev.vl3mesh.agent.attach.Resources.GREEN;
import static dev.vl3mesh.agent.attach.Resources.RED;
import static dev.vl3mesh.agent.attach.Resources.green;
import static dev.vl3mesh.agent.attach.Resources.red;
import static dev.vl3mesh.agent.attach.TwoNodes.attachment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.attach.RoomListeners;
import dev.vl3mesh.agent.attach.TwoNodes;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The real `dig` in pods asks the gateway; what is not the domain's goes on to a second server of our own
/// code, which stands for the cluster's DNS on loopback and knows `cluster.vl3.internal`.
class DnsServerIT {
    private static final String WEB = "web.shop.svc.red.vl3.internal";

    private TwoNodes nodes;
    private EventLoopGroup network;
    private DnsServer server;
    private DnsServer clusterDns;
    private DnsServer.Listener clusterListener;
    private final Zones zones = new Zones();
    private final DnsCounters counters = new DnsCounters();

    @BeforeEach
    void up() throws Exception {
        network = new NioEventLoopGroup(1);
        startClusterDns();
        server = new DnsServer(network.next(), zones, clusterAddress(), counters);
        nodes = new TwoNodes(1500);
        nodes.left.changes = zones::apply;
        nodes.left.listener = new RoomListeners(List.of(new DnsRooms(server)));
        nodes.publish(red());
        nodes.publish(green());
        nodes.publish(
                attachment(nodes.left, RED, "a", "172.16.3.7", "fd00:16::3:7"),
                attachment(nodes.left, RED, "both", "172.16.3.9", "fd00:16::3:9"),
                attachment(nodes.left, GREEN, "both", "172.17.3.9", "fd00:17::3:9"));
        nodes.left.start("a", RED);
        nodes.left.start("both", RED, GREEN);
        nodes.publish(
                service(RED, "east", "web", endpoint("", "172.16.3.7", "fd00:16::3:7")),
                service(RED, "west", "web", endpoint("web-0", "172.16.9.1")),
                service(GREEN, "east", "db", endpoint("", "172.17.3.9")));
    }

    private void startClusterDns() throws Exception {
        DomainName name = new DomainName("cluster");
        Zone zone = new Zone(name, List.of(), List.of());
        zone.put(service(name, "east", "kubernetes", endpoint("", "10.96.0.1")));
        ServiceEndpoint[] many = IntStream.range(0, 300)
                .mapToObj(i -> endpoint("", "10.244." + i / 200 + "." + i % 200))
                .toArray(ServiceEndpoint[]::new);
        zone.put(service(name, "east", "many", many));
        clusterDns = new DnsServer(network.next(), (_, _) -> List.of(zone), clusterAddress(), new DnsCounters());
        var udp = java.nio.channels.DatagramChannel.open();
        udp.configureBlocking(false);
        udp.bind(clusterAddress());
        var tcp = java.nio.channels.ServerSocketChannel.open();
        tcp.configureBlocking(false);
        tcp.bind(clusterAddress());
        clusterListener = clusterDns.serve(name, List.of(udp), List.of(tcp));
    }

    private static InetSocketAddress clusterAddress() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 15353);
    }

    @AfterEach
    void down() throws Exception {
        nodes.close();
        server.close();
        clusterListener.close();
        clusterDns.close();
        network.shutdownGracefully().sync();
    }

    private static ServiceResource service(
            DomainName domain, String origin, String name, ServiceEndpoint... endpoints) {
        return new ServiceResource(
                new KubeClusterName(origin),
                domain,
                "shop",
                name,
                false,
                List.of(new ServicePort("http", "TCP", 80, 8080)),
                List.of(endpoints));
    }

    private static ServiceEndpoint endpoint(String hostname, String... addresses) {
        return new ServiceEndpoint(Stream.of(addresses).map(IpAddress::parse).toList(), hostname, "pod", true);
    }

    private String dig(String pod, String... question) {
        List<String> command = new ArrayList<>(List.of("dig", "+tries=1", "+time=3"));
        command.addAll(List.of(question));
        return nodes.left.in(pod, command.toArray(String[]::new));
    }

    @Test
    void answersOnBothGatewayAddressesAndBothTransports() {
        for (String gateway : List.of("@172.16.0.1", "@fd00:16::1")) {
            for (String transport : List.of("+notcp", "+tcp")) {
                assertThat(dig("a", gateway, transport, "+short", WEB, "A").lines())
                        .containsExactlyInAnyOrder("172.16.3.7", "172.16.9.1");
                assertThat(dig("a", gateway, transport, "+short", WEB, "AAAA")).isEqualTo("fd00:16::3:7\n");
            }
        }
        assertThat(dig("a", "@172.16.0.1", "+short", "_http._tcp." + WEB, "SRV").lines())
                .containsExactlyInAnyOrder("0 0 8080 172-16-3-7." + WEB + ".", "0 0 8080 web-0." + WEB + ".");
        assertThat(dig("a", "@172.16.0.1", "+short", "-x", "172.16.9.1")).isEqualTo("web-0." + WEB + ".\n");
        assertThat(dig("a", "@172.16.0.1", "+short", "-x", "fd00:16::3:7")).isEqualTo("172-16-3-7." + WEB + ".\n");
        assertThat(dig("a", "@172.16.0.1", "nope." + WEB)).contains("status: NXDOMAIN", "SOA");
        assertThat(dig("a", "@172.16.0.1", "web-0." + WEB, "AAAA")).contains("status: NOERROR", "ANSWER: 0", "SOA");
    }

    @Test
    void everythingElseGoesOnToTheClustersDns() {
        String kubernetes = "kubernetes.shop.svc.cluster.vl3.internal";
        assertThat(dig("a", "@172.16.0.1", "+short", kubernetes)).isEqualTo("10.96.0.1\n");
        assertThat(dig("a", "@fd00:16::1", "+tcp", "+short", kubernetes)).isEqualTo("10.96.0.1\n");
        assertThat(dig("a", "@172.16.0.1", "+short", "many.shop.svc.cluster.vl3.internal")
                        .lines())
                .as("truncated over UDP, so dig asks again over TCP")
                .hasSize(300);
        assertThat(counters.count(DnsCounters.Outcome.FORWARDED)).isEqualTo(4);
    }

    @Test
    void aPodSeesTheNamesOfItsOwnDomainsOnly() {
        String db = "db.shop.svc.green.vl3.internal";
        assertThat(dig("both", "@172.16.0.1", "+short", db))
                .as("by either gateway")
                .isEqualTo("172.17.3.9\n");
        assertThat(dig("both", "@172.17.0.1", "+short", WEB).lines()).hasSize(2);
        assertThat(dig("a", "@172.16.0.1", db)).doesNotContain("172.17.3.9");
    }

    @Test
    void clientsFallOverWhenNobodyAnswers() throws Exception {
        clusterListener.close();
        network.next().submit(() -> {}).sync();
        String over = "kubernetes.shop.svc.cluster.vl3.internal";
        assertThat(dig("a", "@172.16.0.1", "+tcp", over)).contains("status: SERVFAIL");
        assertThat(dig("a", "@172.16.0.1", "+time=6", over)).contains("status: SERVFAIL");
        nodes.left.listener.closed(RED);
        network.next().submit(() -> {}).sync();
        assertThat(nodes.left
                        .node
                        .attempt(nodes.left.node.podNamespace("a"), "dig", "+tries=1", "+time=5", "@172.16.0.1", WEB)
                        .output())
                .contains("connection refused");
    }
}
