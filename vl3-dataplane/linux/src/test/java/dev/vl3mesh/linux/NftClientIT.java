package dev.vl3mesh.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.nft.Chain;
import dev.vl3mesh.linux.nft.Chain.Hook;
import dev.vl3mesh.linux.nft.NftClient;
import dev.vl3mesh.linux.nft.NftSet;
import dev.vl3mesh.linux.nft.NftSet.Element;
import dev.vl3mesh.linux.nft.NftSet.Kind;
import dev.vl3mesh.linux.nft.Rule;
import dev.vl3mesh.linux.nft.Table;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Tables as the real `nft` reads them back, and what they do to packets.
class NftClientIT {
    private final NetworkNamespace namespace = NetworkNamespace.create("nft");
    private final NftClient nft = new NftClient(namespace);

    @AfterEach
    void close() {
        namespace.close();
    }

    private static InetAddress ip(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private String list() throws IOException, InterruptedException {
        Process process = namespace.call(() -> new ProcessBuilder("/usr/sbin/nft", "list", "ruleset")
                .redirectErrorStream(true)
                .start());
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text.replaceAll("[\\t ]+", " ").replaceAll("counter packets 0 bytes 0", "counter");
    }

    @Test
    void theToolReadsBackWhatWasWritten() throws IOException, InterruptedException {
        nft.replace(Table.inet("vl3")
                .counter("spoofed")
                .set(NftSet.of("proxies", Kind.UID).with(Element.uid(1337)).with(Element.uid(1338)))
                .set(NftSet.of("self", Kind.IPV4).with(Element.of(ip("172.16.3.7"))))
                .set(NftSet.of("self6", Kind.IPV6).with(Element.of(ip("fd00:16::3:7"))))
                .set(NftSet.of("sources", Kind.INTERFACE_IPV4).with(Element.of("p1", ip("172.16.3.7"))))
                .set(NftSet.of("links", Kind.INTERFACE).with(Element.interfaceName("p1")))
                .chain(Chain.nat("out", Hook.OUTPUT, -105)
                        .rule(Rule.when().oifname("lo").saddr(ip("127.0.0.6")).leave())
                        .rule(Rule.when()
                                .oifname("lo")
                                .skuid(1337)
                                .ipDaddrIn("self")
                                .tcp()
                                .redirect(15006))
                        .rule(Rule.when().skuidIn("proxies").leave())
                        .rule(Rule.when().daddr(ip("172.16.0.0"), 16).tcp().redirect(15001))
                        .rule(Rule.when().daddr(ip("fd00:16::"), 48).tcp().redirect(15001)))
                .chain(Chain.filter("guard", Hook.PREROUTING, -150)
                        .rule(Rule.when().icmpv6Types(135, 136).accept())
                        .rule(Rule.when()
                                .iifname("vl3-red")
                                .ipDaddrNotIn("self")
                                .drop())
                        .rule(Rule.when()
                                .iifname("vl3-red")
                                .ip6DaddrNotIn("self6")
                                .drop())
                        .rule(Rule.when().iifnameNot("lo").ipDaddrIn("self").drop())
                        .rule(Rule.when()
                                .iifname("vl3-red")
                                .tcpDport(15000, 15999)
                                .drop())
                        .rule(Rule.when()
                                .iifnameIn("links")
                                .sourceNotIn4("sources")
                                .count("spoofed")
                                .drop()))
                .chain(Chain.filter("mss", Hook.FORWARD, 0)
                        .rule(Rule.when().tcpSyn().clampMss())
                        .rule(Rule.when().tcpOpening().drop()))
                .chain(Chain.filter("egress", Hook.OUTPUT, 0)
                        .rule(Rule.when()
                                .oifname("lo")
                                .skuidIn("proxies")
                                .skuidNot(1337)
                                .tcpDport(15000, 15099)
                                .rejectWithReset())));
        assertThat(list())
                .contains("elements = { 1337, 1338 }")
                .contains("elements = { \"p1\" . 172.16.3.7 }")
                .contains("type nat hook output priority -105; policy accept;")
                .contains("oifname \"lo\" ip saddr 127.0.0.6 return")
                .contains("oifname \"lo\" meta skuid 1337 ip daddr @self meta l4proto tcp redirect to :15006")
                .contains("meta skuid @proxies return")
                .contains("ip daddr 172.16.0.0/16 meta l4proto tcp redirect to :15001")
                .contains("ip6 daddr fd00:16::/48 meta l4proto tcp redirect to :15001")
                .contains("tcp flags syn / syn,ack drop")
                .contains("icmpv6 type 135-136 accept")
                .contains("iifname \"vl3-red\" ip daddr != @self drop")
                .contains("iifname \"vl3-red\" ip6 daddr != @self6 drop")
                .contains("iifname \"vl3-red\" tcp dport 15000-15999 drop")
                .contains("iifname . ip saddr != @sources counter name \"spoofed\" drop")
                .contains("tcp option maxseg size set rt mtu")
                .contains("reject with tcp reset");
    }

    @Test
    void theToolReadsBackWhatKeepsItsWay() throws IOException, InterruptedException {
        nft.replace(Table.inet("vl3")
                .chain(Chain.nat("out", Hook.OUTPUT, -105)
                        .rule(Rule.when().skuid(1338).tcp().keep4())
                        .rule(Rule.when().skuid(1338).tcp().keep6())));
        assertThat(list())
                .contains("meta skuid 1338 meta l4proto tcp dnat ip to ip daddr")
                .contains("meta skuid 1338 meta l4proto tcp dnat ip6 to ip6 daddr");
    }

    @Test
    void theToolReadsBackWhatGuardsARoom() throws IOException, InterruptedException {
        nft.replace(Table.inet("room")
                .set(NftSet.of("pods", Kind.INTERFACE).with(Element.interfaceName("p1")))
                .set(NftSet.of("sources6", Kind.INTERFACE_IPV6))
                .chain(Chain.filter("pre", Hook.PREROUTING, -300)
                        .rule(Rule.when().iifname("vxlan4").noRouteBack().drop())
                        .rule(Rule.when().iifnameIn("pods").udpDport(67, 68).drop())
                        .rule(Rule.when()
                                .icmpv6Types(135, 136)
                                .sourceIn6("sources6")
                                .accept())
                        .rule(Rule.when().oifnameIn("pods").accept())));
        new NftClient(namespace, NftClient.Family.ARP)
                .replace(Table.inet("room")
                        .set(NftSet.of("sources4", Kind.INTERFACE_IPV4).with(Element.of("p1", ip("172.16.3.7"))))
                        .chain(Chain.filter("in", Hook.ARP_INPUT, 0)
                                .rule(Rule.when().arpSourceNotIn("sources4").drop())));
        assertThat(list())
                .contains("iifname \"vxlan4\" fib saddr . iif oif missing drop")
                .contains("iifname @pods udp dport 67-68 drop")
                .contains("icmpv6 type 135-136 iifname . ip6 saddr @sources6 accept")
                .contains("oifname @pods accept")
                .contains("table arp room")
                .contains("type filter hook input priority filter; policy accept;")
                .contains("iifname . arp saddr ip != @sources4 drop");
    }

    private boolean arrives() throws IOException {
        try (DatagramChannel server = namespace.call(
                        () -> DatagramChannel.open().bind(new InetSocketAddress(ip("127.0.0.1"), 9999)));
                DatagramChannel client = namespace.call(DatagramChannel::open)) {
            client.send(ByteBuffer.wrap(new byte[] {1}), new InetSocketAddress(ip("127.0.0.1"), 9999));
            server.configureBlocking(false);
            return server.receive(ByteBuffer.allocate(10)) != null;
        }
    }

    @Test
    void packetsObeyTheTableThatIsThereAndItsSets() throws IOException {
        try (RouteClient routes = RouteClient.open(namespace)) {
            int lo = routes.link("lo").orElseThrow().index();
            routes.putAddress(new AddressSpec(lo, ip("127.0.0.1"), 8));
            routes.setUp(lo);
        }
        assertThat(arrives()).isTrue();
        Table table = Table.inet("t")
                .counter("dropped")
                .set(NftSet.of("closed", Kind.IPV4))
                .chain(Chain.filter("in", Hook.INPUT, 0)
                        .rule(Rule.when().ipDaddrIn("closed").count("dropped").drop()));
        nft.replace(table);
        assertThat(arrives()).isTrue();
        nft.addElements("t", "closed", List.of(Element.of(ip("127.0.0.1"))));
        nft.addElements("t", "closed", List.of(Element.of(ip("127.0.0.1"))));
        assertThat(arrives()).isFalse();
        assertThat(nft.counters("t")).isEqualTo(Map.of("dropped", 1L));
        nft.removeElements("t", "closed", List.of(Element.of(ip("127.0.0.1")), Element.of(ip("127.0.0.2"))));
        assertThat(arrives()).isTrue();
        nft.addElements("t", "closed", List.of(Element.of(ip("127.0.0.1"))));
        nft.replace(table);
        assertThat(arrives()).isTrue();
        nft.delete("t");
        nft.delete("t");
        assertThat(nft.exists("t")).isFalse();
    }

    @Test
    void aRefusedTableLeavesTheOldOneAlone() throws UnknownHostException {
        nft.replace(Table.inet("t").counter("kept"));
        Table broken = Table.inet("t")
                .chain(Chain.filter("in", Hook.INPUT, 0)
                        .rule(Rule.when().ipDaddrIn("missing").drop()));
        assertThatThrownBy(() -> nft.replace(broken))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("nft replace table t: ENOENT (message 4 of 4");
        assertThat(nft.counters("t")).containsKey("kept");
    }
}
