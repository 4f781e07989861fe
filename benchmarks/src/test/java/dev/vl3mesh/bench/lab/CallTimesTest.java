package dev.vl3mesh.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CallTimesTest {
    private static String metrics(int fast, int slow) {
        return "# TYPE vl3_pod_hook_seconds histogram\n"
                + "vl3_pod_hook_seconds_bucket{le=\"0.002\"} " + fast + "\n"
                + "vl3_pod_hook_seconds_bucket{le=\"0.01\"} " + (fast + slow) + "\n"
                + "vl3_pod_hook_seconds_bucket{le=\"+Inf\"} " + (fast + slow) + "\n"
                + "vl3_pod_hook_seconds_sum 0.3\n";
    }

    @Test
    void saysWhatWasAddedSinceAnEarlierLook() {
        CallTimes times = CallTimes.parse(CallTimes.HOOK, metrics(197, 5))
                .since(CallTimes.parse(CallTimes.HOOK, metrics(100, 4)));
        assertThat(times.count()).isEqualTo(98);
        assertThat(times.percentileMillis(50)).isEqualTo(2);
        assertThat(times.percentileMillis(98.9)).isEqualTo(2);
        assertThat(times.percentileMillis(99)).isEqualTo(10);
    }

    @Test
    void seriesOfOneHistogramAreOne() {
        String series = "vl3_admission_duration_seconds_bucket{endpoint=\"%s\",outcome=\"changed\",le=\"%s\"} %d\n";
        CallTimes times = CallTimes.parse(
                CallTimes.ADMISSION,
                series.formatted("mutate", "0.01", 3)
                        + series.formatted("mutate", "+Inf", 4)
                        + series.formatted("validate", "0.01", 5)
                        + series.formatted("validate", "+Inf", 5));
        assertThat(times.count()).isEqualTo(9);
        assertThat(times.percentileMillis(88)).isEqualTo(10);
    }

    @Test
    void metricsWithoutItAreAnError() {
        assertThatIllegalArgumentException().isThrownBy(() -> CallTimes.parse(CallTimes.HOOK, "vl3_attachments 1\n"));
    }
}
