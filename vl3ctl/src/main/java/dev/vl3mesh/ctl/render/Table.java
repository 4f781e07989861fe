package dev.vl3mesh.ctl.render;

import dev.vl3mesh.ctl.render.Styles.Tone;
import java.util.ArrayList;
import java.util.List;

/// Lines of cells in columns that are as wide as their widest cell.
public final class Table {
    private static final int GAP = 3;

    private final Styles styles;
    private final List<List<Cell>> lines = new ArrayList<>();

    /// A text and what it is about.
    public record Cell(String text, Tone tone) {
        /// A text without a colour.
        public static Cell of(Object text) {
            return new Cell(text.toString(), Tone.PLAIN);
        }

        /// A text that is green if something holds, else red.
        public static Cell judged(boolean good, String text) {
            return new Cell(text, good ? Tone.GOOD : Tone.BAD);
        }
    }

    /// Starts with a line of headings.
    public Table(Styles styles, String... headings) {
        this.styles = styles;
        List<Cell> cells = new ArrayList<>();
        for (String heading : headings) {
            cells.add(new Cell(heading, Tone.HEAD));
        }
        lines.add(cells);
    }

    /// Adds a line.
    ///
    /// @throws IllegalArgumentException if it has not one cell for each heading
    public Table line(Cell... cells) {
        if (cells.length != lines.getFirst().size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells under " + lines.getFirst().size() + " headings");
        }
        lines.add(List.of(cells));
        return this;
    }

    /// Whether there are only headings.
    public boolean isEmpty() {
        return lines.size() == 1;
    }

    /// The whole table, each line with its end; no line has trailing blanks.
    public String text() {
        int columns = lines.getFirst().size();
        int[] widths = new int[columns];
        for (List<Cell> line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).text().length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<Cell> line : lines) {
            int pending = 0;
            for (int i = 0; i < columns; i++) {
                Cell cell = line.get(i);
                if (!cell.text().isEmpty()) {
                    text.append(" ".repeat(pending)).append(styles.apply(cell.tone(), cell.text()));
                    pending = 0;
                }
                pending += widths[i] - cell.text().length() + GAP;
            }
            text.append('\n');
        }
        return text.toString();
    }
}
