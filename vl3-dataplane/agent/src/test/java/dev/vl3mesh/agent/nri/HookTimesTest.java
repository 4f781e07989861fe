package dev.vl3mesh.agent.nri;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HookTimesTest {
    @Test
    void eachCallCountsForAllBoundsThatItDoesNotExceed() {
        HookTimes times = new HookTimes();
        times.add(900_000);
        times.add(1_000_000);
        times.add(7_000_000);
        times.add(2_000_000_000);
        assertThat(times.cumulative())
                .containsEntry(0.001, 2L)
                .containsEntry(0.006, 2L)
                .containsEntry(0.008, 3L)
                .containsEntry(1.5, 3L)
                .containsEntry(Double.POSITIVE_INFINITY, 4L);
        assertThat(times.totalSeconds()).isEqualTo(2.0089, Offset.offset(1e-9));
    }
}
