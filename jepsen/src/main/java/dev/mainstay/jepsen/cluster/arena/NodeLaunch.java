package dev.mainstay.jepsen.cluster.arena;

import dev.mainstay.jepsen.cluster.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The command lines that run a node from a checkout or an installation of Mainstay.
///
/// @param home where `bin/mainstay` is
/// @param classes a folder of classes that go before the product's own: planted bugs
record NodeLaunch(Path home, Optional<Path> classes) {

    // The first command builds the server if its sources are newer.
    private static final Duration BUILD = Duration.ofMinutes(10);

    /// The home that the property `mainstay.home` names, else the current folder.
    static Path defaultHome() {
        return Path.of(System.getProperty("mainstay.home", "")).toAbsolutePath();
    }

    /// Builds what is missing, so that no start of a node has to.
    void prepare() throws IOException {
        if (!Files.isExecutable(program())) {
            throw new IOException("no bin/mainstay in " + home + " (property mainstay.home)");
        }
        var ran = Command.run(List.of(program().toString(), "--version"), BUILD);
        if (!ran.succeeded()) {
            throw new IOException("bin/mainstay --version: " + ran.out() + ran.err());
        }
    }

    /// @param environment into which the command puts what it needs
    /// @param arguments after `server`
    List<String> line(
            List<String> jvmOptions, Map<String, String> environment, List<String> arguments)
            throws IOException {
        var line = new ArrayList<String>();
        if (classes.isEmpty()) {
            environment.put("MAINSTAY_JAVA_OPTS", String.join(" ", jvmOptions));
            line.add(program().toString());
        } else {
            environment.putIfAbsent("MALLOC_ARENA_MAX", "2");
            line.addAll(java(jvmOptions));
        }
        line.add("server");
        line.addAll(arguments);
        return line;
    }

    // As bin/mainstay does it, but for the class cache, which fits only the product's class path.
    private List<String> java(List<String> jvmOptions) throws IOException {
        var found = Command.run(List.of(home.resolve("bin/java-home").toString()), BUILD);
        if (!found.succeeded()) {
            throw new IOException(found.err());
        }
        var line = new ArrayList<String>();
        line.add(found.out().strip() + "/bin/java");
        line.add("@" + home.resolve("bin/jvm.options"));
        line.addAll(jvmOptions);
        line.add("-Dmainstay.home=" + home);
        line.addAll(List.of("-cp", classPath(), "dev.mainstay.server.Main"));
        return line;
    }

    private String classPath() throws IOException {
        var target = home.resolve("server/target");
        var path = new ArrayList<Path>();
        path.add(classes.orElseThrow());
        path.addAll(jars(target, "server-*[!s].jar"));
        path.addAll(jars(target.resolve("lib"), "*.jar"));
        return String.join(":", path.stream().map(Path::toString).toList());
    }

    private static List<Path> jars(Path folder, String pattern) throws IOException {
        var jars = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(folder, pattern)) {
            files.forEach(jars::add);
        }
        jars.sort(null);
        return jars;
    }

    private Path program() {
        return home.resolve("bin/mainstay");
    }
}
