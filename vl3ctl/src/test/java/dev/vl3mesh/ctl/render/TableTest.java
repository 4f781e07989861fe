package dev.vl3mesh.ctl.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.ctl.render.Table.Cell;
import org.junit.jupiter.api.Test;

class TableTest {
    private static Table table(boolean colour) {
        return new Table(new Styles(colour), "NAME", "READY", "")
                .line(Cell.of("a-long-name"), Cell.judged(true, "yes"), Cell.of(""))
                .line(Cell.of("b"), Cell.judged(false, "no"), Cell.of("why"));
    }

    @Test
    void columnsAreAsWideAsTheirWidestCellAndLinesEndWithTheirText() {
        assertThat(table(false).text()).isEqualTo("""
                NAME          READY
                a-long-name   yes
                b             no      why
                """);
    }

    @Test
    void coloursDoNotMoveColumns() {
        String coloured = table(true).text();
        assertThat(coloured)
                .contains("\u001b[1mNAME\u001b[0m")
                .contains("\u001b[32myes\u001b[0m")
                .contains("\u001b[31mno\u001b[0m");
        assertThat(coloured.replaceAll("\u001b\\[[0-9]*m", ""))
                .isEqualTo(table(false).text());
    }

    @Test
    void aLineHasACellForEachHeading() {
        assertThatThrownBy(() -> table(false).line(Cell.of("alone")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 cells under 3 headings");
    }

    @Test
    void jsonLeavesOutWhatIsAbsent() {
        record Sample(
                String name,
                @org.jspecify.annotations.Nullable Integer mtu) {}
        assertThat(Json.of(new Sample("red", null)).replaceAll("\\s", "")).isEqualTo("{\"name\":\"red\"}");
    }
}
