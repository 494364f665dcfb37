package dev.mainstay.jepsen.disk;

import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.Directories;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The library that is preloaded into nodes, compiled from our sources with the machine's compiler
/// and kept for the next time. Runs on its caller's thread.
final class Shim {

    private static final List<String> SOURCES =
            List.of("shim.h", "control.c", "platter.c", "hooks.c");
    private static final List<String> COMPILERS = List.of("cc", "gcc", "clang");
    private static final Duration COMPILATION = Duration.ofSeconds(60);

    private Shim() {}

    /// Why there can be no such library on this machine.
    static Optional<String> obstacle() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("disks and clocks are emulated on Linux only");
        }
        if (compiler().isEmpty()) {
            return Optional.of("no C compiler (gcc) to build the emulation of disks and clocks");
        }
        return Optional.empty();
    }

    static Path library() throws IOException {
        var kept = cache().resolve("shim-" + version() + ".so");
        if (!Files.exists(kept)) {
            Files.createDirectories(kept.getParent());
            compile(kept);
        }
        return kept;
    }

    private static void compile(Path library) throws IOException {
        var compiler =
                compiler().orElseThrow(() -> new IOException(obstacle().orElse("no C compiler")));
        var folder = Files.createTempDirectory(library.getParent(), "build-");
        try {
            var line = new ArrayList<String>();
            line.addAll(List.of(compiler.toString(), "-std=gnu17", "-O2", "-Wall", "-Wextra"));
            line.addAll(List.of("-shared", "-fPIC", "-pthread", "-o", "shim.so"));
            for (var source : SOURCES) {
                Files.write(folder.resolve(source), bytes(source));
                if (source.endsWith(".c")) {
                    line.add(source);
                }
            }
            line.add("-ldl");
            var script = "cd '%s' && exec \"$@\"".formatted(folder);
            var whole = new ArrayList<>(List.of("sh", "-c", script, "sh"));
            whole.addAll(line);
            var ran = Command.run(whole, COMPILATION);
            if (!ran.succeeded()) {
                throw new IOException("the shim does not compile: " + ran.err());
            }
            // Others may be at the same: whoever is last wins, and all are equal.
            Files.move(
                    folder.resolve("shim.so"),
                    library,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Directories.delete(folder);
        }
    }

    private static Optional<Path> compiler() {
        var path = System.getenv().getOrDefault("PATH", "");
        for (var name : COMPILERS) {
            for (var folder : path.split(File.pathSeparator, -1)) {
                var found = Path.of(folder, name);
                if (!folder.isEmpty() && Files.isExecutable(found)) {
                    return Optional.of(found);
                }
            }
        }
        return Optional.empty();
    }

    // Not a folder that others may write to: what lies here is loaded into processes.
    private static Path cache() {
        var set = System.getenv("XDG_CACHE_HOME");
        var root =
                set == null || set.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(set);
        return root.resolve("mainstay");
    }

    private static String version() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var source : SOURCES) {
                digest.update(bytes(source));
            }
            digest.update(System.getProperty("os.arch").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has it", e);
        }
    }

    private static byte[] bytes(String source) {
        try (var in = Shim.class.getResourceAsStream(source)) {
            if (in == null) {
                throw new AssertionError("not in the jar: " + source);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
