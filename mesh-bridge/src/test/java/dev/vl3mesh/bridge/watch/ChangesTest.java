package dev.vl3mesh.bridge.watch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ChangesTest {
    private final Changes changes = new Changes();

    @Test
    void manyChangesOfOneObjectAreOne() {
        for (int i = 0; i < 1000; i++) {
            changes.add(new Change.OfDomain("red"));
            changes.add(new Change.OfNode("node-1"));
        }
        assertThat(changes.waiting()).isEqualTo(2);
        assertThat(changes.drain()).containsExactly(new Change.OfDomain("red"), new Change.OfNode("node-1"));
        assertThat(changes.drain()).isEmpty();
    }

    @Test
    @Timeout(10)
    void whoWaitsIsWokenByAChange() throws InterruptedException {
        Thread adder = Thread.ofVirtual().start(() -> changes.add(new Change.OfDomain("red")));
        changes.await(60_000);
        adder.join();
        assertThat(changes.drain()).hasSize(1);
    }
}
