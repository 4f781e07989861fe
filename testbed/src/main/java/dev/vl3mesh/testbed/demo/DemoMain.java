package dev.vl3mesh.testbed.demo;

import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabException;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// `./vl3 demo`.
public final class DemoMain {
    private DemoMain() {}

    /// Brings the lab up, shows the demo, and exits with 0, or 1 where something did not work.
    ///
    /// @param args the samples' folder, and `--verbose` or nothing
    @SuppressWarnings("SystemExitOutsideMain") // the exit code is the answer to the launcher
    public static void main(String[] args) {
        List<String> words = List.of(args);
        PrintStream out = System.out;
        Progress progress = new Progress(out, words.contains("--verbose"));
        LabPaths paths = LabPaths.of(System.getenv());
        try {
            out.println(
                    "== Two real clusters with equal pod and service networks, vl3mesh in both, west joined to east");
            Lab lab = new Lab(paths, progress);
            lab.up(2, 1, false);
            new Demo(new Kubectl(paths, new Commands(progress)), lab, progress, Path.of(args[0]), out).run();
            out.printf(Locale.ROOT, "%ndone in %.0f s%n", progress.seconds());
        } catch (LabException e) {
            System.err.println("demo: " + e.getMessage());
            System.exit(1);
        }
    }
}
