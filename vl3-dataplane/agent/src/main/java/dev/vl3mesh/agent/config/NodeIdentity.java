package dev.vl3mesh.agent.config;

import dev.vl3mesh.identity.Svid;
import java.util.Optional;

/// Who this node is to its control plane, and where that comes from. Used by one thread, but for [#present].
interface NodeIdentity extends AutoCloseable {
    /// Waits for the first identity, however long that takes.
    void await() throws InterruptedException;

    /// The identity to show at the next handshake; nothing before [#await] has returned.
    Optional<Svid> present();

    /// Gets another one if it is time. A failure is no harm as long as the present one is good.
    void renewIfDue();

    @Override
    void close();
}
