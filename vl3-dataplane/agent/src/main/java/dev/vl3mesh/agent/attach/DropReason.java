package dev.vl3mesh.agent.attach;

import java.util.Locale;

/// Why a domain's room, or its guard in a pod, dropped a packet.
public enum DropReason {
    /// A pod sent an IPv4 packet from an address that is not its own.
    SPOOFED_IPV4,
    /// A pod sent an IPv6 packet from an address that is not its own.
    SPOOFED_IPV6,
    /// A pod spoke in ARP for an address that is not its own.
    SPOOFED_ARP,
    /// A pod spoke in neighbour discovery for an address that is not its own.
    SPOOFED_NEIGHBOUR,
    /// A pod sent a router advertisement or a redirect: only the gateway is a router.
    ROUTER_ADVERTISEMENT,
    /// A pod sent a DHCP or DHCPv6 message: addresses come from the control plane only.
    DHCP,
    /// A packet came from another node with a source that does not live there.
    SPOOFED_REMOTE,
    /// A packet was for none of this node's pods, and came from another node: nodes relay for nobody.
    NOT_FOR_THIS_NODE,
    /// A pod sent something to the room itself that is not for the gateway's addresses.
    NOT_FOR_GATEWAY,
    /// A packet for a pod's address in the domain came by another interface of the pod: from a neighbour in the
    /// cluster's network, the pod's node, or beyond.
    SIDE_DOOR,
    /// A pod was to pass a packet on from the domain or into it: pods are no routers.
    FORWARDED,
    /// Multicast listener reports and router solicitations, which every host sends and nobody needs here.
    LINK_CHATTER;

    /// The word of this reason in metrics, reports and nftables, such as `spoofed-ipv4`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
