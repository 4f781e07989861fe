package dev.vl3mesh.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowTest {
    @Test
    void aRowIsOneJsonObject() {
        assertThat(new Row("a \"b\"\\\n", 1234.5678, "us", "c", 0.00123456, "d", true).json())
                .isEqualTo(
                        "{\"what\": \"a \\\"b\\\"\\\\\\u000a\", \"value\": 1235, \"unit\": \"us\", \"against\": \"c\","
                                + " \"ratio\": 0.001235, \"goal\": \"d\", \"met\": true}");
        assertThat(Json.number(Double.NaN)).isEqualTo("null");
        assertThat(Json.number(0)).isEqualTo("0");
        assertThat(Json.number(1.5)).isEqualTo("1.500");
    }

    @Test
    void aChangeReachesEveryMemberAndNothingElseDoes() {
        Mesh mesh = new Mesh(4, 20);
        long first = mesh.change(0);
        assertThat(first).isPositive();
        assertThat(mesh.change(0)).isZero(); // the same again is no change
        assertThat(mesh.resources()).isEqualTo(1 + 4 * (20 + 1 + 2));
    }
}
