package dev.vl3mesh.bridge.reconcile;

import static dev.vl3mesh.bridge.reconcile.Sample.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.bridge.watch.Change;
import org.junit.jupiter.api.Test;

class TimersTest {
    private static final Change RED = new Change.OfDomain("red");
    private static final Change GREEN = new Change.OfDomain("green");

    @Test
    void eachIsDueOnceAtItsEarliestTime() {
        Timers timers = new Timers();
        timers.at(START.plusSeconds(9), RED);
        timers.at(START.plusSeconds(5), RED);
        timers.at(START.plusSeconds(7), RED);
        timers.at(START.plusSeconds(6), GREEN);
        assertThat(timers.next()).contains(START.plusSeconds(5));
        assertThat(timers.due(START.plusSeconds(4))).isEmpty();
        assertThat(timers.due(START.plusSeconds(5))).containsExactly(RED);
        assertThat(timers.due(START.plusSeconds(20))).containsExactly(GREEN);
        assertThat(timers.due(START.plusSeconds(99))).isEmpty();
    }

    @Test
    void afterItWasDueItCanBeAskedForAgain() {
        Timers timers = new Timers();
        timers.at(START, RED);
        timers.due(START);
        timers.at(START.plusSeconds(1), RED);
        assertThat(timers.due(START.plusSeconds(1))).containsExactly(RED);
    }
}
