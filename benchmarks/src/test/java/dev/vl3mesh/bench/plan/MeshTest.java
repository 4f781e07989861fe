package dev.vl3mesh.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeshTest {
    @Test
    void aChangeReachesEveryMemberAndNothingElseDoes() {
        Mesh mesh = new Mesh(4, 20);
        long first = mesh.change(0);
        assertThat(first).isPositive();
        assertThat(mesh.change(0)).isZero(); // the same again is no change
        assertThat(mesh.resources()).isEqualTo(1 + 4 * (20 + 1 + 2));
    }
}
