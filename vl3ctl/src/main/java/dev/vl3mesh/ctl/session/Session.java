package dev.vl3mesh.ctl.session;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.cluster.Kubeconfig;
import dev.vl3mesh.ctl.render.Json;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.session.GlobalOptions.Output;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a verb works with: the global options, where to print, the time, the way to clusters.
public final class Session {
    private static final Duration POLL = Duration.ofMillis(300);

    private final GlobalOptions options;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean terminal;
    private final InstantSource clock;

    /// Makes a session.
    ///
    /// @param options filled by the parser before a verb runs
    /// @param out answers
    /// @param err progress, hints and errors
    /// @param terminal whether a person sees them
    public Session(GlobalOptions options, PrintWriter out, PrintWriter err, boolean terminal, InstantSource clock) {
        this.options = options;
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.clock = clock;
    }

    /// The cluster that the options name.
    ///
    /// @throws CtlException if there is no such context
    public Cluster cluster() {
        return cluster(context());
    }

    /// The context that the options name.
    public Optional<String> context() {
        return Optional.ofNullable(options.context);
    }

    /// The cluster of a context.
    ///
    /// @param context empty for the current one
    /// @throws CtlException if there is no such context
    public Cluster cluster(Optional<String> context) {
        return Kubeconfig.open(Optional.ofNullable(options.kubeconfig), context, options.systemNamespace);
    }

    /// All contexts of the kubeconfig, each once, in its order.
    public List<String> contexts() {
        return Kubeconfig.contexts(Optional.ofNullable(options.kubeconfig));
    }

    /// Whether the answer goes to a program.
    public boolean json() {
        return options.output == Output.json;
    }

    /// Whether a person sees the answer.
    public boolean terminal() {
        return terminal;
    }

    /// Whether errors are shown with their origin.
    public boolean verbose() {
        return options.verbose;
    }

    /// The colours to use.
    public Styles styles() {
        boolean on = switch (options.colour) {
            case always -> true;
            case never -> false;
            case auto -> terminal;
        };
        return new Styles(on);
    }

    /// The time.
    public InstantSource clock() {
        return clock;
    }

    /// Prints a line of the answer.
    public void say(String line) {
        out.println(line);
        out.flush();
    }

    /// Prints a line beside the answer.
    public void hint(String line) {
        err.println(line);
        err.flush();
    }

    /// Prints the answer: as JSON, or as the text that is made for people.
    public void answer(Object forPrograms, Supplier<String> forPeople) {
        out.print(json() ? Json.of(forPrograms) + "\n" : forPeople.get());
        out.flush();
    }

    /// Prints the answer of a verb that also draws it.
    public void answer(Object forPrograms, Supplier<String> forPeople, Map<Output, Supplier<String>> drawings) {
        @Nullable Supplier<String> drawing = drawings.get(options.output);
        if (drawing == null) {
            answer(forPrograms, forPeople);
        } else {
            out.print(drawing.get());
            out.flush();
        }
    }

    /// Asks again and again until there is an answer or the time is over.
    ///
    /// @return empty when the time is over
    public <T> Optional<T> poll(Duration timeout, Supplier<Optional<T>> question) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent() || System.nanoTime() > end) {
                return answer;
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CtlException("interrupted", e);
            }
        }
    }
}
