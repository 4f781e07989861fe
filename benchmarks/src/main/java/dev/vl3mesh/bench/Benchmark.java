package dev.vl3mesh.bench;

import java.util.List;

/// Something that is measured by `./vl3 bench NAME`.
public interface Benchmark {
    /// The name on the command line.
    String name();

    /// What it needs and measures, in a sentence.
    String about();

    /// Measures.
    ///
    /// @throws Exception if it can't be measured; a missed goal is no reason
    List<Row> run() throws Exception;
}
