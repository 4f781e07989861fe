package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Something that the node's single writer has to act on.
sealed interface NodeEvent {
    /// A sandbox runs.
    ///
    /// @param settled to be completed when all expected attachments are made or have failed
    record SandboxStarted(Sandbox sandbox, long atNanos, CompletableFuture<Void> settled) implements NodeEvent {}

    record SandboxStopped(String id, long atNanos) implements NodeEvent {}

    record SandboxesListed(List<Sandbox> sandboxes, long asOfNanos) implements NodeEvent {}

    record Learnt(SnapshotDelta delta) implements NodeEvent {}

    /// Everything that the control plane has for this node was learnt.
    record Complete() implements NodeEvent {}

    /// Probes found what fits on the paths of a domain.
    ///
    /// @param mtu bytes of an inner packet; 0 where there is nobody to probe
    record Measured(DomainName domain, int mtu) implements NodeEvent {}
}
