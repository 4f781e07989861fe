package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;

/// A node's end of a domain's carrier. Both addresses follow from names, so that every agent knows those of
/// every node without being told.
///
/// @param mac `02` and 5 bytes of the SHA-256 of `<domain>/<cluster>/<node>`
/// @param linkLocal `fe80::` and the first 64 bits of the same hash: next hop of the routes to the node's
///     pods, and where its agent answers probes
public record Vtep(MacAddress mac, IpAddress linkLocal) {
    private static final long LINK_LOCAL = 0xfe80L << 48;

    /// Returns a node's end of a domain's carrier.
    public static Vtep of(DomainName domain, NodeKey node) {
        String text = domain + "/" + node;
        return new Vtep(MacAddress.derivedFrom(text), new IpAddress(IpFamily.V6, LINK_LOCAL, MacAddress.hash(text)));
    }
}
