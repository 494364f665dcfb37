package dev.mainstay.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program run to its end, within a time limit, on its caller's thread.
public final class Command {

    private Command() {}

    /// What a program left behind.
    ///
    /// @param exit its exit code; [#CUT_OFF] if it had to be ended when the time was over
    public record Ran(int exit, String out, String err) {

        public static final int CUT_OFF = -1;

        public boolean succeeded() {
            return exit == 0;
        }
    }

    public static Ran run(List<String> line, Duration atMost) throws IOException {
        return run(line, Map.of(), "", atMost);
    }

    public static Ran run(
            List<String> line, Map<String, String> environment, String input, Duration atMost)
            throws IOException {
        return run(line, environment, input, atMost, Integer.MAX_VALUE);
    }

    /// Asks the program to end once it has printed that many lines, or when the time is over.
    public static Ran runUntil(
            List<String> line, Map<String, String> environment, int lines, Duration atMost)
            throws IOException {
        return run(line, environment, "", atMost, lines);
    }

    private static Ran run(
            List<String> line,
            Map<String, String> environment,
            String input,
            Duration atMost,
            int lines)
            throws IOException {
        var out = Files.createTempFile("mainstay-out", null);
        var err = Files.createTempFile("mainstay-err", null);
        var in = Files.createTempFile("mainstay-in", null);
        try {
            // Files, not pipes: nobody has to drain them while the program runs.
            Files.writeString(in, input);
            var builder = new ProcessBuilder(line);
            builder.environment().putAll(environment);
            builder.redirectInput(in.toFile());
            builder.redirectOutput(out.toFile()).redirectError(err.toFile());
            var process = builder.start();
            try {
                if (lines < Integer.MAX_VALUE) {
                    endAfter(process, out, lines, atMost);
                }
                var exit = await(process, atMost);
                return new Ran(exit, text(out), text(err));
            } finally {
                process.destroyForcibly();
            }
        } finally {
            for (var file : List.of(in, out, err)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void endAfter(Process process, Path out, int lines, Duration atMost) {
        try {
            Await.until(
                    lines + " lines",
                    atMost,
                    () -> !process.isAlive() || text(out).lines().count() >= lines);
        } catch (Await.Overdue e) {
            // The caller sees by the text that lines are missing.
        }
        process.destroy();
    }

    private static int await(Process process, Duration atMost) {
        try {
            if (process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly().waitFor();
            return Ran.CUT_OFF;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return Ran.CUT_OFF;
        }
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
