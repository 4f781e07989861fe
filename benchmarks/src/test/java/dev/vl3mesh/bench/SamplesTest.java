package dev.vl3mesh.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void percentilesAreValuesThatWereMeasured() {
        Samples hundred =
                Samples.of(IntStream.rangeClosed(1, 100).boxed().toList().reversed());
        assertThat(hundred.percentile(99)).isEqualTo(99);
        assertThat(hundred.percentile(100)).isEqualTo(100);
        assertThat(hundred.percentile(50)).isEqualTo(50);
        assertThat(hundred.percentile(0.1)).isEqualTo(1);
        assertThat(Samples.of(3, 1, 2, 5, 4).percentile(99)).isEqualTo(5);
        assertThat(Samples.of(7).percentile(1)).isEqualTo(7);
        assertThat(hundred.min()).isEqualTo(1);
        assertThat(hundred.max()).isEqualTo(100);
        assertThat(hundred.count()).isEqualTo(100);
    }

    @Test
    void theMedianIsInTheMiddle() {
        assertThat(Samples.of(9, 1, 5).median()).isEqualTo(5);
        assertThat(Samples.of(1, 2, 10, 20).median()).isEqualTo(6);
    }

    @Test
    void nothingCanBeSaidOfNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> Samples.of(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Samples.of(1).percentile(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Samples.of(1).percentile(101));
    }

    @Test
    void theCallersValuesStayAsTheyAre() {
        double[] values = {3, 1, 2};
        assertThat(Samples.of(values).median()).isEqualTo(2);
        assertThat(values).containsExactly(3, 1, 2);
    }
}
