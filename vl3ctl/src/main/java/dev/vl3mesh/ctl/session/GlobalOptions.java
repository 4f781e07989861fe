package dev.vl3mesh.ctl.session;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// Options that every verb takes, before or after its name.
public final class GlobalOptions {
    /// How answers are printed.
    public enum Output {
        /// For people.
        text,
        /// For programs.
        json,
        /// For Graphviz; only what can be drawn.
        dot,
        /// For Mermaid; only what can be drawn.
        mermaid,
        /// A picture; only what can be drawn.
        svg;

        /// Whether it is a drawing.
        public boolean isDrawing() {
            return this != text && this != json;
        }
    }

    /// When colours are used.
    public enum Colour {
        /// On a terminal, unless NO_COLOR is set.
        auto,
        /// Also into files and pipes.
        always,
        /// Nowhere.
        never
    }

    @Option(
            names = "--context",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Context of the kubeconfig; default: the current one.")
    @Nullable
    String context;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Default: $KUBECONFIG, else ~/.kube/config, else the service account of the pod.")
    @Nullable
    Path kubeconfig;

    @Option(
            names = "--system-namespace",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            defaultValue = "vl3mesh-system",
            description = "Where vl3mesh itself runs; default: ${DEFAULT-VALUE}.")
    String systemNamespace = "vl3mesh-system";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            defaultValue = "text",
            description = "One of: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    Output output = Output.text;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            scope = ScopeType.INHERIT,
            defaultValue = "auto",
            description = "One of: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}, which is on a terminal only.")
    Colour colour = Colour.auto;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show where in the program an error came from.")
    boolean verbose;

    /// What the answer looks like.
    public Output output() {
        return output;
    }

    /// Starts with the defaults.
    public GlobalOptions() {}
}
