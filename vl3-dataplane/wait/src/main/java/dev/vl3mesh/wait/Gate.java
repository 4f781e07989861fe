package dev.vl3mesh.wait;

import java.util.List;
import java.util.function.Consumer;

/// Waits for all expected interfaces.
final class Gate {
    /// Short at first: mostly the interfaces are there already, or will be within milliseconds.
    private static final long POLL_MILLIS_MIN = 5;

    private static final long POLL_MILLIS_MAX = 250;
    private static final long REPORT_MILLIS = 10_000;

    /// Lets time pass.
    interface Sleeper {
        void sleep(long millis) throws InterruptedException;
    }

    private final Interfaces interfaces;
    private final Sleeper sleeper;
    private final Consumer<String> log;

    Gate(Interfaces interfaces, Sleeper sleeper, Consumer<String> log) {
        this.interfaces = interfaces;
        this.sleeper = sleeper;
        this.log = log;
    }

    /// Returns when everything is there.
    void await(List<Expectation> expectations) throws InterruptedException {
        long pollMillis = POLL_MILLIS_MIN;
        long waitedMillis = 0;
        long reportedMillis = 0;
        while (true) {
            List<String> missing = expectations.stream()
                    .map(expectation -> expectation.missing(interfaces))
                    .filter(text -> !text.isEmpty())
                    .toList();
            if (missing.isEmpty()) {
                log.accept("vl3-wait: all domains are there");
                return;
            }
            if (waitedMillis - reportedMillis >= REPORT_MILLIS) {
                log.accept("vl3-wait: still waiting for " + String.join("; ", missing) + " after " + waitedMillis / 1000
                        + " s: is the vl3-agent of this node running? vl3ctl describe pod says more");
                reportedMillis = waitedMillis;
            }
            sleeper.sleep(pollMillis);
            waitedMillis += pollMillis;
            pollMillis = Math.min(POLL_MILLIS_MAX, pollMillis * 3 / 2);
        }
    }
}
