package dev.vl3mesh.agent.attach;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import java.util.List;
import java.util.Map;

/// What is attached on this node at one time.
///
/// @param pods every attachment of this node whose pod has a sandbox
/// @param rooms the open rooms by domain
/// @param missing whether an attachment came lately whose pod has no sandbox that is known
public record NodeStatus(List<Pod> pods, Map<DomainName, RoomSpec> rooms, boolean missing) {
    /// Nothing attached.
    public static final NodeStatus EMPTY = new NodeStatus(List.of(), Map.of(), false);

    /// Makes immutable copies.
    public NodeStatus {
        pods = List.copyOf(pods);
        rooms = Map.copyOf(rooms);
    }

    /// One pod in one domain.
    ///
    /// @param problem empty when it is attached; else what failed, on what, why
    public record Pod(DomainName domain, String podUid, List<IpAddress> addresses, String problem) {}
}
