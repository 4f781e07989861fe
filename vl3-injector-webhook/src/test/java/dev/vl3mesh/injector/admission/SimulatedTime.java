package dev.vl3mesh.injector.admission;

import dev.vl3mesh.bridge.reconcile.Sample;
import java.time.Instant;

/// One clock for all clusters.
final class SimulatedTime {
    private Instant now = Sample.START;
    private Runnable elsewhere = () -> {};

    Instant now() {
        return now;
    }

    void pass(int seconds) {
        now = now.plusSeconds(seconds);
    }

    /// Says what others do while somebody waits.
    void elsewhere(Runnable others) {
        elsewhere = others;
    }

    void elsewhere() {
        elsewhere.run();
    }
}
