package dev.vl3mesh.bench;

import java.util.List;

/// Something that is measured by `./vl3 bench NAME`.
public interface Benchmark {
    /// Where a benchmark runs.
    enum Place {
        /// In this process; needs nothing but Java.
        HERE,
        /// In a process of its own with network, mount and process namespaces of its own, which end with it.
        ALONE,
        /// On the lab's clusters.
        LAB
    }

    /// The name on the command line.
    String name();

    /// What it needs and measures, in a sentence.
    String about();

    /// Where it runs.
    Place place();

    /// Measures.
    ///
    /// @throws Exception if it can't be measured; a missed goal is no reason
    List<Row> run() throws Exception;
}
