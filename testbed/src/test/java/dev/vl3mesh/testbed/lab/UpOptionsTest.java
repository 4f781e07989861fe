package dev.vl3mesh.testbed.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class UpOptionsTest {
    @Test
    void twoClustersOfOneNodeUnlessTold() {
        assertThat(UpOptions.parse(List.of())).isEqualTo(new UpOptions(2, 1, false));
        assertThat(UpOptions.parse(List.of("--bare", "--nodes", "3", "--clusters", "1")))
                .isEqualTo(new UpOptions(1, 3, true));
    }

    @Test
    void aWordThatMeansNothingIsRefused() {
        assertThatThrownBy(() -> UpOptions.parse(List.of("--cluster", "3")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("'--cluster'")
                .hasMessageContaining("--clusters N");
    }

    @Test
    void aNumberMustBeThere() {
        for (List<String> words : List.of(List.of("--nodes"), List.of("--nodes", "--bare"), List.of("--nodes", "-1"))) {
            assertThatThrownBy(() -> UpOptions.parse(words))
                    .as("%s", words)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("--nodes 2");
        }
    }
}
