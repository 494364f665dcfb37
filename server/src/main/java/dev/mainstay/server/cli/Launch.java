package dev.mainstay.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command that runs a node's process.
///
/// @param words everything before the node's own arguments
record Launch(List<String> words) {

    Launch {
        words = List.copyOf(words);
    }

    /// The Java of this process, with the options of the file `bin/jvm.options`, then those of
    /// `MAINSTAY_JAVA_OPTS`, which therefore win.
    static Launch ofThisProcess() throws Failure {
        var home = System.getProperty("mainstay.home");
        if (home == null) {
            throw new Failure("start it as bin/mainstay");
        }
        var words = new ArrayList<String>();
        // A session of its own: neither the terminal's hang-up nor its Ctrl-C reaches the node. It
        // replaces itself by the command, so the process id stays.
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            words.add("/usr/bin/setsid");
        }
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("@" + Path.of(home, "bin", "jvm.options"));
        var cache = Path.of(home, "server", "target", "mainstay.aot");
        if (Files.exists(cache)) {
            words.add("-XX:AOTCache=" + cache);
        }
        words.addAll(extraOptions());
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add("dev.mainstay.server.Main");
        return new Launch(words);
    }

    private static List<String> extraOptions() {
        var options = System.getenv("MAINSTAY_JAVA_OPTS");
        return options == null || options.isBlank()
                ? List.of()
                : List.of(options.strip().split("\\s+", -1));
    }

    /// Starts the process; it outlives this one. What it prints is added to the journal.
    Process run(Path journal, String... arguments) throws IOException {
        var command = new ArrayList<>(words);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        // glibc otherwise keeps up to eight arenas per core: hundreds of idle megabytes.
        builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(journal.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
    }
}
