package dev.vl3mesh.ctl.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class DurationsTest {
    @Test
    void readsWhatPeopleWrite() {
        assertThat(Durations.parse("400ms")).isEqualTo(Duration.ofMillis(400));
        assertThat(Durations.parse("90s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(Durations.parse("15m")).isEqualTo(Duration.ofMinutes(15));
        assertThat(Durations.parse("2h")).isEqualTo(Duration.ofHours(2));
        assertThat(Durations.parse("7d")).isEqualTo(Duration.ofDays(7));
        for (String wrong : new String[] {"", "5", "-5s", "5 s", "1h30m", "9999999s"}) {
            assertThatThrownBy(() -> Durations.parse(wrong)).isInstanceOf(TypeConversionException.class);
        }
    }

    @Test
    void writesTheLargestUnitThatSaysEnough() {
        assertThat(Durations.text(Duration.ofMillis(850))).isEqualTo("850ms");
        assertThat(Durations.text(Duration.ofSeconds(119))).isEqualTo("119s");
        assertThat(Durations.text(Duration.ofMinutes(5))).isEqualTo("5m");
        assertThat(Durations.text(Duration.ofHours(30))).isEqualTo("30h");
        assertThat(Durations.text(Duration.ofDays(3))).isEqualTo("3d");
        assertThat(Durations.millis(421)).isEqualTo("0.42 ms");
    }
}
