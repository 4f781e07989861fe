package dev.vl3mesh.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowTest {
    private static final Conditions CONDITIONS = new Conditions(
            Instant.parse("2026-11-24T03:35:07Z"), "a \"cpu\"", 2, 24_000, "6.18", "25.0.3", "abc-dirty", 0.25, 1);

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
    void aBoundIsMetUpToItself() {
        assertThat(Row.atMost("a", 40, "s", 40).met()).isTrue();
        Row missed = Row.atMost("a", 50, "s", 40);
        assertThat(missed.met()).isFalse();
        assertThat(missed.ratio()).isEqualTo(1.25);
        assertThat(missed.goal()).isEqualTo("at most 40 s");
    }

    @Test
    void aPeerStandsBesideWithItsValue() {
        Row row = Row.beside("TCP", 9.7, "Gbit/s", "plain", 10, "at least 0.97 x", true);
        assertThat(row.ratio()).isEqualTo(0.97);
        assertThat(row.against()).isEqualTo("plain: 10.00 Gbit/s");
        assertThat(row.hasGoal()).isTrue();
    }

    @Test
    void whatHasNoGoalIsNeitherMetNorMissed(@TempDir Path folder) throws Exception {
        List<Row> rows = List.of(
                Row.told("memory", 12, "MiB", "-"), Row.atMost("slow", 50, "s", 40), Row.atMost("fast", 30, "s", 40));
        Results.keep(folder.resolve("new"), "some", CONDITIONS, rows);
        assertThat(Files.readString(folder.resolve("new/some.md")))
                .contains("commit abc-dirty", "load before 0.25, after 1.00")
                .contains("| memory | 12.00 MiB | - |  |  |  |")
                .contains("| slow | 50.00 s | the bound | 1.250 | at most 40 s | **no** |")
                .contains("| fast | 30.00 s | the bound | 0.7500 | at most 40 s | yes |");
        assertThat(Files.readString(folder.resolve("new/some.json")))
                .contains("\"processor\": \"a \\\"cpu\\\"\"", "\"commit\": \"abc-dirty\"", "\"loadBefore\": 0.2500")
                .contains("\"what\": \"slow\"", "\"met\": false");
    }

    @Test
    void rowsOfAnotherProcessAreTheSameRows() {
        List<Row> rows = List.of(Row.told("memory", 12, "MiB", "-"), Row.atMost("slow", 50, "s", 40));
        assertThat(Alone.rows(Results.json(rows))).isEqualTo(rows);
    }
}
