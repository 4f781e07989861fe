package dev.vl3mesh.linux.nft;

import dev.vl3mesh.linux.nft.Expression.Between;
import dev.vl3mesh.linux.nft.Expression.Compare;
import dev.vl3mesh.linux.nft.Expression.CountIn;
import dev.vl3mesh.linux.nft.Expression.DestinationNat;
import dev.vl3mesh.linux.nft.Expression.Load;
import dev.vl3mesh.linux.nft.Expression.Lookup;
import dev.vl3mesh.linux.nft.Expression.Mask;
import dev.vl3mesh.linux.nft.Expression.Meta;
import dev.vl3mesh.linux.nft.Expression.Payload;
import dev.vl3mesh.linux.nft.Expression.Redirect;
import dev.vl3mesh.linux.nft.Expression.RejectWithReset;
import dev.vl3mesh.linux.nft.Expression.RouteMss;
import dev.vl3mesh.linux.nft.Expression.SetMss;
import dev.vl3mesh.linux.nft.Expression.SourceHasRouteBack;
import dev.vl3mesh.linux.nft.Expression.ToNetworkOrder;
import dev.vl3mesh.linux.nft.Expression.Verdict;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A rule of a chain, written from left to right as `nft` writes it: what must match, then what happens. A value;
/// each method returns a longer rule.
///
/// ```java
/// Rule.when().iifname("vl3-red").ipDaddrNotIn("red_self").count("foreign").drop()
/// ```
public final class Rule {
    private static final int IFNAMSIZ = 16; // linux/if.h
    private static final int NFPROTO_IPV4 = 2;
    private static final int NFPROTO_IPV6 = 10;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    private final List<Expression> expressions;

    private Rule(List<Expression> expressions) {
        this.expressions = expressions;
    }

    /// A rule that matches everything.
    public static Rule when() {
        return new Rule(List.of());
    }

    List<Expression> expressions() {
        return expressions;
    }

    private Rule then(Expression... more) {
        List<Expression> all = new ArrayList<>(expressions);
        all.addAll(Arrays.asList(more));
        return new Rule(List.copyOf(all));
    }

    private Rule equal(Expression load, byte[] value) {
        return then(load, new Compare(Compare.EQUAL, value));
    }

    static byte[] interfaceName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0 || bytes.length >= IFNAMSIZ) {
            throw new IllegalArgumentException("'" + name + "' is not the name of an interface");
        }
        return Arrays.copyOf(bytes, IFNAMSIZ);
    }

    private static byte[] machine(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    private static byte[] port(int port) {
        return new byte[] {(byte) (port >> 8), (byte) port};
    }

    // what must match

    /// `iifname "x"`
    public Rule iifname(String name) {
        return equal(new Meta(Meta.IIFNAME, Expression.REGISTER_1), interfaceName(name));
    }

    /// `iifname != "x"`
    public Rule iifnameNot(String name) {
        return then(new Meta(Meta.IIFNAME, Expression.REGISTER_1), new Compare(Compare.NOT_EQUAL, interfaceName(name)));
    }

    /// `oifname "x"`
    public Rule oifname(String name) {
        return equal(new Meta(Meta.OIFNAME, Expression.REGISTER_1), interfaceName(name));
    }

    /// `oifname != "x"`
    public Rule oifnameNot(String name) {
        return then(new Meta(Meta.OIFNAME, Expression.REGISTER_1), new Compare(Compare.NOT_EQUAL, interfaceName(name)));
    }

    /// `iifname @set`
    public Rule iifnameIn(String set) {
        return then(new Meta(Meta.IIFNAME, Expression.REGISTER_1), new Lookup(set, false));
    }

    /// `iifname != @set`
    public Rule iifnameNotIn(String set) {
        return then(new Meta(Meta.IIFNAME, Expression.REGISTER_1), new Lookup(set, true));
    }

    /// `oifname @set`
    public Rule oifnameIn(String set) {
        return then(new Meta(Meta.OIFNAME, Expression.REGISTER_1), new Lookup(set, false));
    }

    /// `oifname != @set`
    public Rule oifnameNotIn(String set) {
        return then(new Meta(Meta.OIFNAME, Expression.REGISTER_1), new Lookup(set, true));
    }

    /// `meta skuid n`
    public Rule skuid(int uid) {
        return equal(new Meta(Meta.SKUID, Expression.REGISTER_1), machine(uid));
    }

    /// `meta skuid != n`
    public Rule skuidNot(int uid) {
        return then(new Meta(Meta.SKUID, Expression.REGISTER_1), new Compare(Compare.NOT_EQUAL, machine(uid)));
    }

    /// `meta skuid @set`
    public Rule skuidIn(String set) {
        return then(new Meta(Meta.SKUID, Expression.REGISTER_1), new Lookup(set, false));
    }

    /// `meta nfproto ipv4`
    public Rule ipv4() {
        return equal(new Meta(Meta.NFPROTO, Expression.REGISTER_1), new byte[] {NFPROTO_IPV4});
    }

    /// `meta nfproto ipv6`
    public Rule ipv6() {
        return equal(new Meta(Meta.NFPROTO, Expression.REGISTER_1), new byte[] {NFPROTO_IPV6});
    }

    /// `meta l4proto n` (IANA protocol numbers)
    public Rule protocol(int number) {
        return equal(new Meta(Meta.L4PROTO, Expression.REGISTER_1), new byte[] {(byte) number});
    }

    /// `meta l4proto tcp`
    public Rule tcp() {
        return protocol(TCP);
    }

    /// `icmpv6 type from-to` (RFC 4443)
    public Rule icmpv6Types(int from, int to) {
        return protocol(ICMPV6)
                .then(
                        new Payload(Payload.TRANSPORT, 0, 1, Expression.REGISTER_1),
                        new Between(new byte[] {(byte) from}, new byte[] {(byte) to}));
    }

    /// `tcp dport from-to`
    public Rule tcpDport(int from, int to) {
        return tcp().then(
                        new Payload(Payload.TRANSPORT, 2, 2, Expression.REGISTER_1), new Between(port(from), port(to)));
    }

    /// `udp dport from-to`
    public Rule udpDport(int from, int to) {
        return protocol(UDP)
                .then(new Payload(Payload.TRANSPORT, 2, 2, Expression.REGISTER_1), new Between(port(from), port(to)));
    }

    /// `tcp flags & (syn) != 0`
    public Rule tcpSyn() {
        return tcp().then(
                        new Payload(Payload.TRANSPORT, 13, 1, Expression.REGISTER_1),
                        new Mask(new byte[] {2}),
                        new Compare(Compare.NOT_EQUAL, new byte[] {0}));
    }

    /// `tcp flags & (syn | ack) == syn`: the first packet of a connection
    public Rule tcpOpening() {
        return tcp().then(
                        new Payload(Payload.TRANSPORT, 13, 1, Expression.REGISTER_1),
                        new Mask(new byte[] {0x12}),
                        new Compare(Compare.EQUAL, new byte[] {2}));
    }

    private static Payload source(InetAddress address, int register) {
        return address.getAddress().length == 4
                ? new Payload(Payload.NETWORK, 12, 4, register)
                : new Payload(Payload.NETWORK, 8, 16, register);
    }

    private static Payload destination(boolean v4) {
        return v4
                ? new Payload(Payload.NETWORK, 16, 4, Expression.REGISTER_1)
                : new Payload(Payload.NETWORK, 24, 16, Expression.REGISTER_1);
    }

    private Rule family(boolean v4) {
        return v4 ? ipv4() : ipv6();
    }

    /// `ip saddr a` or `ip6 saddr a`
    public Rule saddr(InetAddress address) {
        return family(address.getAddress().length == 4)
                .equal(source(address, Expression.REGISTER_1), address.getAddress());
    }

    /// `ip daddr a/length` or `ip6 daddr a/length`
    public Rule daddr(InetAddress address, int length) {
        byte[] bytes = address.getAddress();
        byte[] mask = new byte[bytes.length];
        for (int i = 0; i < length; i++) {
            mask[i / 8] |= (byte) (0x80 >> (i % 8));
        }
        return family(bytes.length == 4)
                .then(destination(bytes.length == 4), new Mask(mask), new Compare(Compare.EQUAL, bytes));
    }

    /// `ip daddr @set`
    public Rule ipDaddrIn(String set) {
        return ipv4().then(destination(true), new Lookup(set, false));
    }

    /// `ip daddr != @set`
    public Rule ipDaddrNotIn(String set) {
        return ipv4().then(destination(true), new Lookup(set, true));
    }

    /// `ip6 daddr @set`
    public Rule ip6DaddrIn(String set) {
        return ipv6().then(destination(false), new Lookup(set, false));
    }

    /// `ip6 daddr != @set`
    public Rule ip6DaddrNotIn(String set) {
        return ipv6().then(destination(false), new Lookup(set, true));
    }

    /// `iifname . ip saddr != @set`
    public Rule sourceNotIn4(String set) {
        return ipv4().then(
                        new Meta(Meta.IIFNAME, Expression.REGISTER_1),
                        new Payload(Payload.NETWORK, 12, 4, Expression.REGISTER_2),
                        new Lookup(set, true));
    }

    /// `iifname . ip6 saddr != @set`
    public Rule sourceNotIn6(String set) {
        return ipv6().then(
                        new Meta(Meta.IIFNAME, Expression.REGISTER_1),
                        new Payload(Payload.NETWORK, 8, 16, Expression.REGISTER_2),
                        new Lookup(set, true));
    }

    /// `iifname . ip6 saddr @set`
    public Rule sourceIn6(String set) {
        return ipv6().then(
                        new Meta(Meta.IIFNAME, Expression.REGISTER_1),
                        new Payload(Payload.NETWORK, 8, 16, Expression.REGISTER_2),
                        new Lookup(set, false));
    }

    /// `iifname . arp saddr ip != @set`, in a table of family `arp` (RFC 826: the sender's protocol address
    /// stands behind 8 bytes and its hardware address)
    public Rule arpSourceNotIn(String set) {
        return then(
                new Meta(Meta.IIFNAME, Expression.REGISTER_1),
                new Payload(Payload.NETWORK, 14, 4, Expression.REGISTER_2),
                new Lookup(set, true));
    }

    /// `fib saddr . iif oif missing`: no answer to this packet would leave where it came in
    public Rule noRouteBack() {
        return equal(new SourceHasRouteBack(), machine(0));
    }

    // what happens

    /// `counter name x`
    public Rule count(String counter) {
        return then(new CountIn(counter));
    }

    /// `accept`
    public Rule accept() {
        return then(new Verdict(Verdict.ACCEPT));
    }

    /// `drop`
    public Rule drop() {
        return then(new Verdict(Verdict.DROP));
    }

    /// `return`
    public Rule leave() {
        return then(new Verdict(Verdict.RETURN));
    }

    /// `redirect to :port`
    public Rule redirect(int port) {
        return then(new Load(port(port)), new Redirect());
    }

    /// `meta nfproto ipv4 dnat ip to ip daddr`: the flow goes where it goes, and no later chain may decide
    /// otherwise
    public Rule keep4() {
        return ipv4().then(destination(true), new DestinationNat(NFPROTO_IPV4));
    }

    /// `meta nfproto ipv6 dnat ip6 to ip6 daddr`
    public Rule keep6() {
        return ipv6().then(destination(false), new DestinationNat(NFPROTO_IPV6));
    }

    /// `reject with tcp reset`
    public Rule rejectWithReset() {
        return then(new RejectWithReset());
    }

    /// `tcp option maxseg size set rt mtu`
    public Rule clampMss() {
        return then(new RouteMss(), new ToNetworkOrder(), new SetMss());
    }
}
