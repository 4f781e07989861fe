package dev.vl3mesh.agent;

import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.agent.state.SandboxListener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/// Remembers what it heard; answers when the test says so.
public final class MemorySandboxListener implements SandboxListener {
    /// What was heard, in order: `started x`, `stopped id`, `listed [..]`.
    public final List<String> heard = new CopyOnWriteArrayList<>();
    /// The sandboxes as they were told.
    public final List<Sandbox> sandboxes = new CopyOnWriteArrayList<>();
    /// What each started call returns.
    public volatile CompletableFuture<Void> attached = CompletableFuture.completedFuture(null);

    @Override
    public CompletionStage<Void> started(Sandbox sandbox) {
        sandboxes.add(sandbox);
        heard.add("started " + sandbox);
        return attached;
    }

    @Override
    public void stopped(String sandboxId) {
        heard.add("stopped " + sandboxId);
    }

    @Override
    public void listed(List<Sandbox> all, long asOfNanos) {
        sandboxes.addAll(all);
        heard.add("listed " + all);
    }
}
