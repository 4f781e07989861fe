package dev.vl3mesh.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
    @Test
    void eachCounterOnce() {
        ReplayWindow window = new ReplayWindow();
        assertThat(window.accept(0)).isTrue();
        assertThat(window.accept(0)).isFalse();
        assertThat(window.accept(ReplayWindow.SIZE)).isTrue();
        assertThat(window.accept(1)).as("the oldest that can be told").isTrue();
        assertThat(window.accept(ReplayWindow.SIZE + 1L)).isTrue();
        assertThat(window.accept(1)).isFalse();
        assertThat(window.accept(1L << 40)).isTrue();
        assertThat(window.accept(ReplayWindow.SIZE + 2L)).isFalse();
        assertThat(window.accept((1L << 40) - 1)).isTrue();
        assertThat(window.accept((1L << 40) - 1)).isFalse();
    }

    /// Against a set of all that was seen.
    @Test
    void asASetWouldSay() {
        SplittableRandom random = new SplittableRandom(1);
        ReplayWindow window = new ReplayWindow();
        Set<Long> seen = new HashSet<>();
        long highest = 0;
        for (int i = 0; i < 200_000; i++) {
            long jump = random.nextInt(100) == 0 ? random.nextLong(20_000) : random.nextLong(50);
            long counter = Math.max(0, highest + random.nextLong(-9_000, 1) + jump);
            boolean tooOld = counter + ReplayWindow.SIZE < highest + 1 && i > 0;
            assertThat(window.accept(counter))
                    .as("%d, after %d", counter, highest)
                    .isEqualTo(!tooOld && seen.add(counter));
            highest = Math.max(highest, counter);
        }
    }
}
