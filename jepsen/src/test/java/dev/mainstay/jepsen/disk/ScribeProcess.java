package dev.mainstay.jepsen.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.NodeProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// A [Scribe] in a JVM of its own, on an emulated disk.
final class ScribeProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;

    private ScribeProcess(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    static ScribeProcess start(Emulation emulation, Path directory) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder =
                new ProcessBuilder(
                        java,
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Scribe.class.getName(),
                        directory.toString());
        builder.environment().putAll(emulation.environment(0));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        return new ScribeProcess(builder.start());
    }

    /// Commands that must all be obeyed.
    void does(String... commands) throws IOException {
        for (var command : commands) {
            assertThat(say(command)).as(command).isEqualTo("ok");
        }
    }

    String say(String command) throws IOException {
        var out = process.outputWriter(StandardCharsets.UTF_8);
        out.write(command + "\n");
        out.flush();
        return String.valueOf(answers.readLine());
    }

    boolean isAlive() {
        return new NodeProcess(process.pid()).isAlive();
    }

    /// `kill -9`.
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// By name: what is in all files.
    static Map<String, String> files(Path directory) {
        var files = new TreeMap<String, String>();
        try (var all = Files.walk(directory)) {
            for (var file : all.filter(Files::isRegularFile).toList()) {
                files.put(directory.relativize(file).toString(), Files.readString(file));
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
