package dev.vl3mesh.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class HookTimesTest {
    private static String metrics(int fast, int slow) {
        return "# TYPE vl3_pod_hook_seconds histogram\n"
                + "vl3_pod_hook_seconds_bucket{le=\"0.002\"} " + fast + "\n"
                + "vl3_pod_hook_seconds_bucket{le=\"0.01\"} " + (fast + slow) + "\n"
                + "vl3_pod_hook_seconds_bucket{le=\"+Inf\"} " + (fast + slow) + "\n"
                + "vl3_pod_hook_seconds_sum 0.3\n";
    }

    @Test
    void saysWhatWasAddedSinceAnEarlierLook() {
        HookTimes times = HookTimes.parse(metrics(197, 5)).since(HookTimes.parse(metrics(100, 4)));
        assertThat(times.count()).isEqualTo(98);
        assertThat(times.percentileMillis(50)).isEqualTo(2);
        assertThat(times.percentileMillis(98.9)).isEqualTo(2);
        assertThat(times.percentileMillis(99)).isEqualTo(10);
    }

    @Test
    void metricsWithoutItAreAnError() {
        assertThatIllegalArgumentException().isThrownBy(() -> HookTimes.parse("vl3_attachments 1\n"));
    }
}
