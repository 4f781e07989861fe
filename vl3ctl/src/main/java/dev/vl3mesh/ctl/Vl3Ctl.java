package dev.vl3mesh.ctl;

import dev.vl3mesh.ctl.cluster.Failures;
import dev.vl3mesh.ctl.command.CheckCommand;
import dev.vl3mesh.ctl.command.CompletionCommand;
import dev.vl3mesh.ctl.command.ConnectivityTestCommand;
import dev.vl3mesh.ctl.command.DescribePodCommand;
import dev.vl3mesh.ctl.command.DomainsCommand;
import dev.vl3mesh.ctl.command.ExplainPodCommand;
import dev.vl3mesh.ctl.command.GroupCommand;
import dev.vl3mesh.ctl.command.InviteCommand;
import dev.vl3mesh.ctl.command.IstioProfileCommand;
import dev.vl3mesh.ctl.command.JoinCommand;
import dev.vl3mesh.ctl.command.LeaveCommand;
import dev.vl3mesh.ctl.command.MapCommand;
import dev.vl3mesh.ctl.command.MeshStatusCommand;
import dev.vl3mesh.ctl.command.StatusCommand;
import dev.vl3mesh.ctl.command.WhyCommand;
import dev.vl3mesh.ctl.session.Durations;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.GlobalOptions;
import dev.vl3mesh.ctl.session.Session;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/// The root of the command line; `main` composes it.
@Command(
        name = "vl3ctl",
        description = "Flat L3 domains over many Kubernetes clusters.",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        version = "vl3ctl 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "VERB",
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class Vl3Ctl {
    private Vl3Ctl() {}

    /// Runs one verb and exits with a code of [ExitCodes].
    public static void main(String[] args) {
        boolean terminal = terminal() && System.getenv("NO_COLOR") == null;
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, terminal, InstantSource.system(), args));
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 went back to null where there is no terminal
    private static boolean terminal() {
        @Nullable Console console = System.console();
        return console != null && console.isTerminal();
    }

    /// Runs one verb.
    ///
    /// @return a code of [ExitCodes]
    public static int run(
            PrintWriter out, PrintWriter err, boolean terminal, InstantSource clock, String... arguments) {
        GlobalOptions options = new GlobalOptions();
        Session session = new Session(options, out, err, terminal, clock);
        return commandLine(options, session)
                .setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        terminal ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
                .execute(arguments);
    }

    private static CommandLine commandLine(GlobalOptions options, Session session) {
        SecureRandom random = new SecureRandom();
        return new CommandLine(new Vl3Ctl())
                .setCommandName(System.getProperty("vl3ctl.name", "vl3ctl"))
                .addMixin("global", options)
                .addSubcommand(new StatusCommand(session))
                .addSubcommand(new CheckCommand(session))
                .addSubcommand(new DomainsCommand(session))
                .addSubcommand(new MapCommand(session))
                .addSubcommand(new InviteCommand(session, random))
                .addSubcommand(new JoinCommand(session))
                .addSubcommand(new LeaveCommand(session))
                .addSubcommand(new IstioProfileCommand(session))
                .addSubcommand(group(
                        "mesh", "Looks at the mesh of a domain.", new CommandLine(new MeshStatusCommand(session))))
                .addSubcommand(group(
                        "describe", "Shows something in detail.", new CommandLine(new DescribePodCommand(session))))
                .addSubcommand(group(
                        "explain", "Says why something is as it is.", new CommandLine(new ExplainPodCommand(session))))
                .addSubcommand(new WhyCommand(session))
                .addSubcommand(group(
                        "connectivity",
                        "Tries out whether pods reach each other.",
                        new CommandLine(new ConnectivityTestCommand(session, random))))
                .addSubcommand(new CompletionCommand(session))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, Durations::parse)
                .setExecutionStrategy(parsed -> {
                    CommandLine verb = parsed.asCommandLineList().getLast();
                    if (options.output().isDrawing() && !(verb.getCommand() instanceof MapCommand)) {
                        throw new ParameterException(
                                verb, "-o " + options.output() + ": only map draws; write -o text or -o json");
                    }
                    return new CommandLine.RunLast().execute(parsed);
                })
                .setExecutionExceptionHandler((failure, _, _) -> {
                    session.hint("vl3ctl: " + Failures.explain(failure));
                    if (session.verbose()) {
                        failure.printStackTrace();
                    }
                    return ExitCodes.NOT_WELL;
                });
    }

    private static CommandLine group(String name, String description, CommandLine... words) {
        CommandLine group = new CommandLine(new GroupCommand());
        group.getCommandSpec().name(name).usageMessage().description(description);
        for (CommandLine word : words) {
            group.addSubcommand(word);
        }
        return group;
    }
}
