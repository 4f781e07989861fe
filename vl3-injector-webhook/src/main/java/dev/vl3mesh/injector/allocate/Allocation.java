package dev.vl3mesh.injector.allocate;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import java.util.List;
import java.util.SequencedMap;

/// The addresses of one pod.
///
/// @param places by domain, in the order in which the pod names its domains
public record Allocation(SequencedMap<DomainName, Place> places) {

    /// A pod's place in one domain.
    ///
    /// @param addresses the pod's, IPv4 first
    /// @param gateway the gateway's, IPv4 first; the domain's DNS answers there
    public record Place(List<IpAddress> addresses, List<IpAddress> gateway) {
        /// Makes immutable copies.
        public Place {
            addresses = List.copyOf(addresses);
            gateway = List.copyOf(gateway);
        }
    }
}
