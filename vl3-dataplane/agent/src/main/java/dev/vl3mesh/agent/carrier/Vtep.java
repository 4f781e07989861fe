package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.linux.netlink.HardwareAddress;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;

/// A node's end of a domain's carrier. Both addresses follow from names, so that every agent knows those of
/// every node without being told.
///
/// @param hardwareAddress `02` and 5 bytes of the SHA-256 of `<domain>/<cluster>/<node>`
/// @param linkLocal `fe80::` and the first 64 bits of the same hash: next hop of the routes to the node's
///     pods, and where its agent answers probes
public record Vtep(HardwareAddress hardwareAddress, IpAddress linkLocal) {
    private static final long LINK_LOCAL = 0xfe80L << 48;

    /// Returns a node's end of a domain's carrier.
    public static Vtep of(DomainName domain, NodeKey node) {
        NameHash hash = NameHash.of(domain + "/" + node);
        return new Vtep(hash.hardwareAddress(), new IpAddress(IpFamily.V6, LINK_LOCAL, hash.bits()));
    }
}
