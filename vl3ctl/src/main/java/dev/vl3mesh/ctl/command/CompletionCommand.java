package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Prints the completion of the command line for shells.
@Command(
        name = "completion",
        description = {
            "Prints the completion for bash and zsh.",
            "bash: source <(vl3ctl completion)      zsh: autoload -U +X bashcompinit && bashcompinit; source <(vl3ctl"
                    + " completion)"
        })
public final class CompletionCommand implements Callable<Integer> {
    private final Session session;

    @Spec
    private @Nullable CommandSpec spec;

    /// Makes the verb.
    public CompletionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("the parser gives every verb its spec");
        }
        session.say(AutoComplete.bash("vl3ctl", spec.root().commandLine()));
        return ExitCodes.WELL;
    }
}
