package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.NameHash;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.nft.Chain;
import dev.vl3mesh.linux.nft.Chain.Hook;
import dev.vl3mesh.linux.nft.NftClient;
import dev.vl3mesh.linux.nft.NftSet;
import dev.vl3mesh.linux.nft.NftSet.Element;
import dev.vl3mesh.linux.nft.NftSet.Kind;
import dev.vl3mesh.linux.nft.Rule;
import dev.vl3mesh.linux.nft.Table;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What a domain's room lets through: packets of pods from their own addresses only, between pods of this
/// node and those behind the carrier, and to the gateway. Everything else is dropped and counted by
/// [DropReason]. Rules are the same for all pods, who is who stands in sets, so that a pod costs the same
/// whether it is the first or the five-hundredth.
final class RoomRules implements AutoCloseable {
    private static final String TABLE = "vl3";
    private static final String PODS = "pods";
    private static final String SOURCES_4 = "sources4";
    private static final String SOURCES_6 = "sources6";
    private static final String GATEWAY_4 = "gateway4";
    private static final String GATEWAY_6 = "gateway6";
    /// Changes whenever the rules below do, so that a new agent replaces what an old one wrote.
    private static final int VERSION = 2;

    private static final int BEFORE_EVERYTHING = -300;
    private static final int FILTER = 0;
    private static final int LINK_LOCAL_BITS = 10;

    private final Set<String> carrierInterfaces;
    private final int probePort;
    private final NftClient inet;
    private final NftClient arp;

    /// @param carrierInterfaces the names of the carrier's interfaces in the room
    /// @param probePort the UDP port on which agents answer each other's probes
    RoomRules(NetworkNamespace room, Set<String> carrierInterfaces, int probePort) {
        this.carrierInterfaces = new TreeSet<>(carrierInterfaces);
        this.probePort = probePort;
        this.inet = new NftClient(room);
        this.arp = new NftClient(room, NftClient.Family.ARP);
    }

    /// Makes the tables where there are none, and lets these pods in.
    ///
    /// @param complete whether these are all pods of the room, so that outdated tables may be replaced
    void ensure(RoomSpec spec, Collection<PodLink> links, boolean complete) {
        String marker = marker(spec);
        boolean present = inet.exists(TABLE) && arp.exists(TABLE);
        if (!present || (complete && !inet.counters(TABLE).containsKey(marker))) {
            arp.replace(arpTable(links));
            inet.replace(inetTable(spec, marker, links));
        } else {
            allow(links);
            // outdated ones may be those of an earlier domain of the name, which had another gateway
            inet.addElements(
                    TABLE, Map.of(GATEWAY_4, gateway(spec, IpFamily.V4), GATEWAY_6, gateway(spec, IpFamily.V6)));
        }
    }

    private String marker(RoomSpec spec) {
        long bits = NameHash.of(VERSION + " " + spec.gateway() + carrierInterfaces + probePort)
                .bits();
        return "written-by-" + Long.toHexString(bits);
    }

    /// Lets packets of pods in.
    void allow(Collection<PodLink> links) {
        arp.addElements(TABLE, SOURCES_4, sources(links, IpFamily.V4));
        inet.addElements(
                TABLE,
                Map.of(
                        SOURCES_4, sources(links, IpFamily.V4),
                        SOURCES_6, sources(links, IpFamily.V6),
                        PODS, interfaces(links)));
    }

    /// Lets nothing of a pod in any more.
    void forbid(PodLink link) {
        List<PodLink> links = List.of(link);
        inet.removeElements(TABLE, PODS, interfaces(links));
        inet.removeElements(TABLE, SOURCES_4, sources(links, IpFamily.V4));
        inet.removeElements(TABLE, SOURCES_6, sources(links, IpFamily.V6));
        arp.removeElements(TABLE, SOURCES_4, sources(links, IpFamily.V4));
    }

    private static List<Element> interfaces(Collection<PodLink> links) {
        return links.stream()
                .map(link -> Element.interfaceName(link.roomInterface()))
                .toList();
    }

    private static List<Element> sources(Collection<PodLink> links, IpFamily family) {
        List<Element> sources = new ArrayList<>();
        for (PodLink link : links) {
            for (IpAddress address : link.addresses()) {
                if (address.family() == family) {
                    sources.add(Element.of(link.roomInterface(), address.toInetAddress()));
                }
            }
        }
        return sources;
    }

    private static Table arpTable(Collection<PodLink> links) {
        return Table.inet(TABLE)
                .counter(DropReason.SPOOFED_ARP.word())
                .set(new NftSet(SOURCES_4, Kind.INTERFACE_IPV4, sources(links, IpFamily.V4)))
                .chain(Chain.filter("from-pods", Hook.ARP_INPUT, FILTER)
                        .rule(drop(Rule.when().arpSourceNotIn(SOURCES_4), DropReason.SPOOFED_ARP)));
    }

    private Table inetTable(RoomSpec spec, String marker, Collection<PodLink> links) {
        Table table = Table.inet(TABLE).counter(marker);
        for (DropReason reason : DropReason.values()) {
            if (reason != DropReason.SPOOFED_ARP) {
                table = table.counter(reason.word());
            }
        }
        return table.set(new NftSet(PODS, Kind.INTERFACE, interfaces(links)))
                .set(new NftSet(SOURCES_4, Kind.INTERFACE_IPV4, sources(links, IpFamily.V4)))
                .set(new NftSet(SOURCES_6, Kind.INTERFACE_IPV6, sources(links, IpFamily.V6)))
                .set(new NftSet(GATEWAY_4, Kind.IPV4, gateway(spec, IpFamily.V4)))
                .set(new NftSet(GATEWAY_6, Kind.IPV6, gateway(spec, IpFamily.V6)))
                .chain(sourceCheck())
                .chain(toRoom())
                .chain(throughRoom());
    }

    private static List<Element> gateway(RoomSpec spec, IpFamily family) {
        return spec.gateway().stream()
                .filter(address -> address.family() == family)
                .map(address -> Element.of(address.toInetAddress()))
                .toList();
    }

    private static Rule drop(Rule when, DropReason reason) {
        return when.count(reason.word()).drop();
    }

    /// Before routing. What comes neither from the carrier nor from the room itself comes from a pod.
    private Chain sourceCheck() {
        Chain chain = Chain.filter("source-check", Hook.PREROUTING, BEFORE_EVERYTHING)
                .rule(Rule.when().iifname("lo").accept());
        for (String carrier : carrierInterfaces) {
            chain = chain.rule(drop(Rule.when().iifname(carrier).noRouteBack(), DropReason.SPOOFED_REMOTE))
                    .rule(Rule.when().iifname(carrier).accept());
        }
        // RFC 2131: client 68, server 67. RFC 8415: client 546, server 547. ICMPv6 types: RFC 4861, 2710, 3810.
        return chain.rule(drop(Rule.when().udpDport(67, 68), DropReason.DHCP))
                .rule(drop(Rule.when().udpDport(546, 547), DropReason.DHCP))
                .rule(drop(Rule.when().icmpv6Types(134, 134), DropReason.ROUTER_ADVERTISEMENT))
                .rule(drop(Rule.when().icmpv6Types(137, 137), DropReason.ROUTER_ADVERTISEMENT))
                .rule(drop(Rule.when().icmpv6Types(130, 133), DropReason.LINK_CHATTER))
                .rule(drop(Rule.when().icmpv6Types(143, 143), DropReason.LINK_CHATTER))
                .rule(Rule.when().icmpv6Types(135, 136).sourceIn6(SOURCES_6).accept())
                .rule(drop(Rule.when().icmpv6Types(135, 136), DropReason.SPOOFED_NEIGHBOUR))
                .rule(drop(Rule.when().sourceNotIn4(SOURCES_4), DropReason.SPOOFED_IPV4))
                .rule(drop(Rule.when().sourceNotIn6(SOURCES_6), DropReason.SPOOFED_IPV6));
    }

    /// To the room itself: pods reach the gateway, where also an answer that nobody listens comes at once;
    /// other agents reach the probe port, and ICMPv6 answers and errors (RFC 4443) come back to it.
    private Chain toRoom() {
        Chain chain = Chain.filter("to-room", Hook.INPUT, FILTER)
                .rule(Rule.when().iifname("lo").accept());
        var linkLocal = IpAddress.parse("fe80::").toInetAddress();
        for (String carrier : carrierInterfaces) {
            chain = chain.rule(Rule.when()
                            .iifname(carrier)
                            .daddr(linkLocal, LINK_LOCAL_BITS)
                            .udpDport(probePort, probePort)
                            .accept())
                    .rule(Rule.when()
                            .iifname(carrier)
                            .daddr(linkLocal, LINK_LOCAL_BITS)
                            .icmpv6Types(1, 4)
                            .accept())
                    // relays of other nodes, and their answers
                    .rule(Rule.when()
                            .iifname(carrier)
                            .daddr(linkLocal, LINK_LOCAL_BITS)
                            .tcp()
                            .accept())
                    .rule(drop(Rule.when().iifname(carrier), DropReason.NOT_FOR_THIS_NODE));
        }
        return chain.rule(Rule.when().ipDaddrIn(GATEWAY_4).accept())
                .rule(Rule.when().ip6DaddrIn(GATEWAY_6).accept())
                .rule(drop(Rule.when(), DropReason.NOT_FOR_GATEWAY));
    }

    private Chain throughRoom() {
        Chain chain = Chain.filter("through-room", Hook.FORWARD, FILTER)
                .rule(Rule.when().tcpSyn().clampMss())
                .rule(Rule.when().iifnameIn(PODS).oifnameIn(PODS).accept());
        for (String carrier : carrierInterfaces) {
            chain = chain.rule(Rule.when().iifnameIn(PODS).oifname(carrier).accept())
                    .rule(Rule.when().iifname(carrier).oifnameIn(PODS).accept());
        }
        return chain.rule(drop(Rule.when(), DropReason.NOT_FOR_THIS_NODE));
    }

    @Override
    public void close() {
        inet.close();
        arp.close();
    }

    /// Packets dropped since the tables were written.
    Map<DropReason, Long> drops() {
        Map<String, Long> counters = inet.counters(TABLE);
        Map<String, Long> arpCounters = arp.counters(TABLE);
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            drops.put(reason, counters.getOrDefault(reason.word(), 0L) + arpCounters.getOrDefault(reason.word(), 0L));
        }
        return drops;
    }
}
