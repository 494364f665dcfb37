package dev.mainstay.server.cli;

import dev.mainstay.server.config.BadConfig;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command `mainstay`.
@Command(
        name = "mainstay",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "A replicated key-value database.",
        subcommands = {CommandLine.HelpCommand.class})
public final class Cli {

    private Cli() {}

    /// Runs one command and returns the exit code. A node's command returns only when it failed.
    public static int run(String[] args, NodeStarter starter) {
        return commands(starter).execute(args);
    }

    static CommandLine commands(NodeStarter starter) {
        var commands =
                new CommandLine(new Cli())
                        .addSubcommand(new ServerCommand(starter))
                        .addSubcommand(new ClusterCommand(starter))
                        .addSubcommand(new StatusCommand())
                        .addSubcommand(new SettingsCommand())
                        .addSubcommand(new WarmupCommand(starter));
        return commands.setExecutionExceptionHandler(Cli::explain)
                .setParameterExceptionHandler(Cli::explain);
    }

    @Command(name = "completion", description = "Prints a completion script for bash and zsh.")
    void completion() {
        print(AutoComplete.bash("mainstay", commands(new NoNodes())));
    }

    static void print(String line) {
        System.out.println(line);
    }

    private static int explain(Exception e, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        return switch (e) {
            case Failure _, BadConfig _, StartRefused _ ->
                    say(command.getErr(), String.valueOf(e.getMessage()));
            case IOException io -> say(command.getErr(), Reason.of(io));
            default -> throw e;
        };
    }

    private static int explain(CommandLine.ParameterException e, String[] args) {
        var command = e.getCommandLine();
        say(command.getErr(), String.valueOf(e.getMessage()));
        command.getErr().println("see: " + command.getCommandSpec().qualifiedName() + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    private static int say(PrintWriter err, String message) {
        err.println("mainstay: " + message);
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }
}
