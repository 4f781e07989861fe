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
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshPorts;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keeps one domain apart from everything else in a pod, by a table of its own in the pod's namespace:
/// Linux accepts packets for any of its addresses on any interface, so without it a neighbour on `eth0`
/// could reach the pod's domain address, and the domain the pod's other addresses.
final class PodGuard implements AutoCloseable {
    /// Why a guard drops.
    static final Set<DropReason> REASONS =
            EnumSet.of(DropReason.SIDE_DOOR, DropReason.FORWARDED, DropReason.LINK_CHATTER);

    private static final String SELF_4 = "self4";
    private static final String SELF_6 = "self6";
    private static final String OWN = "own";
    /// Changes whenever the rules below do, so that a new agent replaces what an old one wrote.
    private static final int VERSION = 6;

    /// Before connection tracking's users and any mesh's capture.
    private static final int EARLY = -150;

    private static final int FILTER = 0;

    private final PodLink link;
    private final List<IpPrefix> prefixes;
    private final NftClient nft;

    /// @param prefixes everything that the pod reaches through the domain
    PodGuard(PodLink link, List<IpPrefix> prefixes, NetworkNamespace pod) {
        this.link = link;
        this.prefixes = prefixes;
        this.nft = new NftClient(pod);
    }

    /// Writes the table unless it is there as it must be.
    void ensure() {
        String name = link.podInterface();
        String marker = "written-by-"
                + Long.toHexString(NameHash.of(VERSION + " " + link.addresses() + link.sidecar()
                                + (link.sidecar().isPresent() ? prefixes : ""))
                        .bits());
        if (!nft.exists(name) || !nft.counters(name).containsKey(marker)) {
            nft.replace(table(name, marker));
        }
    }

    /// Packets that this domain's guard in a pod has dropped since it was written.
    static Map<DropReason, Long> drops(PodLink link, NetworkNamespace pod) {
        try (NftClient nft = new NftClient(pod)) {
            Map<String, Long> counters = nft.counters(link.podInterface());
            Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
            for (DropReason reason : REASONS) {
                drops.put(reason, counters.getOrDefault(reason.word(), 0L));
            }
            return drops;
        }
    }

    /// Takes the table away.
    void remove() {
        nft.delete(link.podInterface());
    }

    @Override
    public void close() {
        nft.close();
    }

    private Table table(String name, String marker) {
        Chain guard = Chain.filter("guard", Hook.PREROUTING, EARLY)
                // the room routes nothing else here, so this is its own multicast; neighbours are written, not asked
                // for
                .rule(drop(Rule.when().iifname(name).ipDaddrNotIn(SELF_4), DropReason.LINK_CHATTER))
                .rule(drop(Rule.when().iifname(name).ip6DaddrNotIn(SELF_6), DropReason.LINK_CHATTER))
                .rule(drop(Rule.when().iifnameNotIn(OWN).ipDaddrIn(SELF_4), DropReason.SIDE_DOOR))
                .rule(drop(Rule.when().iifnameNotIn(OWN).ip6DaddrIn(SELF_6), DropReason.SIDE_DOOR));
        Chain forward = Chain.filter("forward", Hook.FORWARD, FILTER)
                .rule(drop(Rule.when().iifname(name), DropReason.FORWARDED))
                .rule(drop(Rule.when().oifname(name), DropReason.FORWARDED));
        Table table = Table.inet(name).counter(marker);
        for (DropReason reason : REASONS) {
            table = table.counter(reason.word());
        }
        if (link.sidecar().isPresent()) {
            guard = guard.rule(
                    drop(Rule.when().iifname(name).tcpDport(MeshPorts.FIRST, MeshPorts.LAST), DropReason.SIDE_DOOR));
            table = MeshCapture.add(table, name, link.sidecar().get(), prefixes, SELF_4, SELF_6, OWN);
        }
        return table.set(new NftSet(SELF_4, Kind.IPV4, self(IpFamily.V4)))
                .set(new NftSet(SELF_6, Kind.IPV6, self(IpFamily.V6)))
                .set(NftSet.of(OWN, Kind.INTERFACE)
                        .with(Element.interfaceName("lo"))
                        .with(Element.interfaceName(name)))
                .chain(guard)
                .chain(forward);
    }

    private static Rule drop(Rule when, DropReason reason) {
        return when.count(reason.word()).drop();
    }

    private List<Element> self(IpFamily family) {
        return link.addresses().stream()
                .filter(address -> address.family() == family)
                .map(IpAddress::toInetAddress)
                .map(Element::of)
                .toList();
    }
}
