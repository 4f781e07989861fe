package dev.vl3mesh.linux.nft;

import java.util.ArrayList;
import java.util.List;

/// A chain at a hook of the kernel. A value.
///
/// @param type `filter`, or `nat` where flows are redirected
/// @param priority lower ones run first; `nat` above -200
public record Chain(String name, String type, Hook hook, int priority, List<Rule> rules) {
    /// Where in a packet's way the chain runs (`enum nf_inet_hooks`, `linux/netfilter.h`).
    public enum Hook {
        /// ARP to this host (`NF_ARP_IN`, `linux/netfilter_arp.h`); of tables of family `arp` only.
        ARP_INPUT(0),
        /// Before routing.
        PREROUTING(0),
        /// To this host.
        INPUT(1),
        /// Through this host.
        FORWARD(2),
        /// From this host.
        OUTPUT(3),
        /// After routing.
        POSTROUTING(4);

        final int number;

        Hook(int number) {
            this.number = number;
        }
    }

    /// Makes an immutable copy.
    public Chain {
        rules = List.copyOf(rules);
    }

    /// A chain that filters.
    public static Chain filter(String name, Hook hook, int priority) {
        return new Chain(name, "filter", hook, priority, List.of());
    }

    /// A chain that redirects.
    public static Chain nat(String name, Hook hook, int priority) {
        return new Chain(name, "nat", hook, priority, List.of());
    }

    /// The chain with one more rule.
    public Chain rule(Rule rule) {
        List<Rule> all = new ArrayList<>(rules);
        all.add(rule);
        return new Chain(name, type, hook, priority, all);
    }
}
