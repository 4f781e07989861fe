package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.session.ExitCodes;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A verb that only has further words below it; called alone, it says which.
@Command
public final class GroupCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    /// Makes the verb; its name and its words are given where the command line is composed.
    public GroupCommand() {}

    @Override
    public Integer call() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getErr());
        }
        return ExitCodes.WRONG_CALL;
    }
}
