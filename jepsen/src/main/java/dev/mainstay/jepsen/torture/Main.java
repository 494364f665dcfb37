package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.cluster.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;
import picocli.CommandLine;

/// The program behind `mainstay torture`.
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        // gRPC tells of every connection that a fault breaks.
        LogManager.getLogManager().reset();
        System.exit(run(args, System.out, System.err));
    }

    /// Runs the command and answers its exit code: 0 = valid, 1 = not, 2 = wrongly called.
    static int run(String[] args, PrintStream out, PrintStream err) {
        var command = new CommandLine(new TortureCommand(out));
        command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        command.setExecutionExceptionHandler((e, _, _) -> explain(e, err));
        command.setParameterExceptionHandler((e, _) -> {
            say(err, String.valueOf(e.getMessage()));
            return CommandLine.ExitCode.USAGE;
        });
        return command.execute(args);
    }

    private static int explain(Exception e, PrintStream err) throws Exception {
        switch (e) {
            case Refused refused -> {
                say(err, String.valueOf(refused.getMessage()));
                return refused.isUsage() ? CommandLine.ExitCode.USAGE : TortureCommand.INVALID;
            }
            case IOException io ->
                    say(err, io.getMessage() == null ? io.toString() : io.getMessage());
            case Await.Overdue overdue -> say(err, String.valueOf(overdue.getMessage()));
            default -> throw e;
        }
        return TortureCommand.INVALID;
    }

    private static void say(PrintStream err, String message) {
        err.println("mainstay: " + message);
    }
}
