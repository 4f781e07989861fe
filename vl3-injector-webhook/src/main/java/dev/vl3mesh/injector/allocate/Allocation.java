package dev.vl3mesh.injector.allocate;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// The addresses of one pod.
///
/// @param places by domain, in the order in which the pod names its domains
public record Allocation(SequencedMap<DomainName, Place> places) {

    /// The pod's addresses alone, in the same order.
    public SequencedMap<DomainName, List<IpAddress>> addresses() {
        SequencedMap<DomainName, List<IpAddress>> addresses = new LinkedHashMap<>();
        places.forEach((domain, place) -> addresses.put(domain, place.addresses()));
        return addresses;
    }

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
