package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import java.util.List;

/// Which zones a client may ask. Called from network threads.
public interface ZoneDirectory {
    /// Returns the zones of all domains that a pod is in, so that a pod in two domains may ask either
    /// gateway for both, and nobody learns names of a domain that he is not in.
    ///
    /// @param domain where the question came from; its zone is always among the result while the domain is
    ///     there
    /// @param client the pod's address in that domain
    List<Zone> zones(DomainName domain, IpAddress client);

    /// Whether a client has a sidecar in the zone's domain, and so can use the virtual addresses of its services.
    ///
    /// @param domain where the question came from
    /// @param client the pod's address in that domain
    default boolean takesVirtual(Zone zone, DomainName domain, IpAddress client) {
        return false;
    }
}
