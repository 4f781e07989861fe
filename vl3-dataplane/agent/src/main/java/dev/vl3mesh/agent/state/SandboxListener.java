package dev.vl3mesh.agent.state;

import java.util.List;
import java.util.concurrent.CompletionStage;

/// Hears of the node's sandboxes. May be called from any thread; returns at once.
public interface SandboxListener {
    /// A sandbox runs and none of its containers was made yet: the runtime waits for the result.
    ///
    /// @return completes when all attachments of the pod are there, or when it is clear that there are none.
    ///     May never complete, the caller gives up by itself
    CompletionStage<Void> started(Sandbox sandbox);

    /// A sandbox is being stopped, or is gone.
    void stopped(String sandboxId);

    /// All running sandboxes of the node at one time; whoever is not in the list is gone.
    ///
    /// @param asOfNanos when the list was asked for, in `System.nanoTime()`: a sandbox that started later
    ///     may be missing in it
    void listed(List<Sandbox> sandboxes, long asOfNanos);
}
