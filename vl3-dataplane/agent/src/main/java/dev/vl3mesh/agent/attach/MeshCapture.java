package dev.vl3mesh.agent.attach;

import dev.vl3mesh.linux.nft.Chain;
import dev.vl3mesh.linux.nft.Chain.Hook;
import dev.vl3mesh.linux.nft.NftSet;
import dev.vl3mesh.linux.nft.NftSet.Element;
import dev.vl3mesh.linux.nft.NftSet.Kind;
import dev.vl3mesh.linux.nft.Rule;
import dev.vl3mesh.linux.nft.Table;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshPorts;
import java.net.InetAddress;
import java.util.List;

/// Brings what a pod exchanges with one domain by TCP to the domain's sidecar, and nothing else: what
/// istio-init does, but by domain, so that a pod may have several sidecars, its cluster's own among them,
/// and neither is captured by the other. Other protocols go from pod to pod.
final class MeshCapture {
    private static final String PROXIES = "proxies";
    /// Before the chains of a stock Istio in the same pod, at -100: the first decision on a flow stands.
    private static final int BEFORE_OTHERS = -105;

    private static final int FILTER = 0;
    private static final int DNS = 53;
    private static final int UDP = 17;
    /// Where an Envoy speaks to the application from (Istio's passthrough bind).
    private static final InetAddress ENVOY_4 = InetAddress.ofLiteral("127.0.0.6");

    private static final InetAddress ENVOY_6 = InetAddress.ofLiteral("::6");

    private MeshCapture() {}

    /// Adds the capture to a pod's table.
    ///
    /// @param name of the domain's interface in the pod
    /// @param self4 the set of the pod's own IPv4 addresses in the domain
    /// @param self6 and of its IPv6 addresses
    /// @param own the set of the interfaces that the domain's sidecar may use: its own, and `lo`
    static Table add(
            Table table,
            String name,
            MeshPorts ports,
            List<IpPrefix> prefixes,
            String self4,
            String self6,
            String own) {
        NftSet proxies = NftSet.of(PROXIES, Kind.UID).with(Element.uid(MeshPorts.USER_OF_CLUSTER));
        for (int slot = 0; slot < MeshPorts.SLOTS; slot++) {
            proxies = proxies.with(Element.uid(MeshPorts.FIRST_USER + slot));
        }
        return table.set(proxies)
                .chain(out(ports, prefixes, self4, self6))
                .chain(Chain.nat("pre", Hook.PREROUTING, BEFORE_OTHERS)
                        .rule(Rule.when().iifname(name).tcp().redirect(ports.inbound()))
                        // the kubelet and whoever collects metrics, on the cluster's network
                        .rule(Rule.when()
                                .tcpDport(ports.status(), ports.prometheus())
                                .keep4())
                        .rule(Rule.when()
                                .tcpDport(ports.status(), ports.prometheus())
                                .keep6()))
                .chain(egress(name, ports, self4, self6, own));
    }

    private static Chain out(MeshPorts ports, List<IpPrefix> prefixes, String self4, String self6) {
        Chain out = Chain.nat("out", Hook.OUTPUT, BEFORE_OTHERS)
                // what the sidecar sends is nobody else's to capture
                .rule(Rule.when().skuid(ports.user()).oifnameNot("lo").tcp().keep4())
                .rule(Rule.when().skuid(ports.user()).oifnameNot("lo").tcp().keep6())
                .rule(Rule.when().oifname("lo").saddr(ENVOY_4).leave())
                .rule(Rule.when().oifname("lo").saddr(ENVOY_6).leave())
                // a call of the pod's own service comes in as anybody's
                .rule(Rule.when()
                        .oifname("lo")
                        .skuid(ports.user())
                        .ipDaddrIn(self4)
                        .tcp()
                        .redirect(ports.inbound()))
                .rule(Rule.when()
                        .oifname("lo")
                        .skuid(ports.user())
                        .ip6DaddrIn(self6)
                        .tcp()
                        .redirect(ports.inbound()))
                .rule(Rule.when().oifname("lo").leave());
        for (IpPrefix prefix : prefixes) {
            out = out.rule(Rule.when()
                    .daddr(prefix.address().toInetAddress(), prefix.length())
                    .tcp()
                    .redirect(ports.outbound()));
        }
        return out;
    }

    /// The control plane of another domain, or of the cluster's own mesh, must not use its sidecar against
    /// this one, nor this one's against the cluster's, nor against the cluster's network and the node.
    private static Chain egress(String name, MeshPorts ports, String self4, String self6, String own) {
        return Chain.filter("egress", Hook.OUTPUT, FILTER)
                // it may be what the pod's resolver is asked through
                .rule(Rule.when()
                        .skuid(MeshPorts.USER_OF_CLUSTER)
                        .oifname(name)
                        .udpDport(DNS, DNS)
                        .accept())
                .rule(Rule.when()
                        .skuidIn(PROXIES)
                        .skuidNot(ports.user())
                        .oifname(name)
                        .drop())
                .rule(Rule.when()
                        .skuid(ports.user())
                        .oifnameNotIn(own)
                        .tcpOpening()
                        .rejectWithReset())
                .rule(Rule.when()
                        .skuid(ports.user())
                        .oifnameNotIn(own)
                        .protocol(UDP)
                        .drop())
                .rule(others(ports).ipDaddrIn(self4).tcp().rejectWithReset())
                .rule(others(ports).ip6DaddrIn(self6).tcp().rejectWithReset())
                .rule(others(ports).tcpDport(ports.admin(), ports.prometheus()).rejectWithReset())
                .rule(Rule.when()
                        .oifname("lo")
                        .skuid(ports.user())
                        .tcpDport(MeshPorts.FIRST, MeshPorts.LAST_OF_CLUSTER)
                        .rejectWithReset());
    }

    private static Rule others(MeshPorts ports) {
        return Rule.when().oifname("lo").skuidIn(PROXIES).skuidNot(ports.user());
    }
}
