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

/// What we have in C: the library that is preloaded into nodes, and a small program. Compiled from
/// our sources with the machine's compiler and kept for the next time. Runs on its caller's thread.
final class Shim {

    private static final List<String> LIBRARY =
            List.of("shim.h", "control.c", "platter.c", "hooks.c");
    private static final List<String> CUT = List.of("cut.c");
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
        return built("shim", LIBRARY, List.of("-shared", "-fPIC", "-pthread"), List.of("-ldl"));
    }

    /// The program that takes a file system off its disk.
    static Path cut() throws IOException {
        return built("cut", CUT, List.of(), List.of());
    }

    private static Path built(
            String name, List<String> sources, List<String> options, List<String> libraries)
            throws IOException {
        var kept = cache().resolve(name + "-" + version(sources));
        if (Files.exists(kept)) {
            return kept;
        }
        Files.createDirectories(kept.getParent());
        var folder = Files.createTempDirectory(kept.getParent(), "build-");
        try {
            var made = folder.resolve(name);
            var line = new ArrayList<String>();
            line.add(compiler().orElseThrow(() -> new IOException("no C compiler")).toString());
            line.addAll(List.of("-std=gnu17", "-O2", "-Wall", "-Wextra"));
            line.addAll(options);
            line.addAll(List.of("-o", made.toString()));
            for (var source : sources) {
                var file = Files.write(folder.resolve(source), bytes(source));
                if (source.endsWith(".c")) {
                    line.add(file.toString());
                }
            }
            line.addAll(libraries);
            var ran = Command.run(line, COMPILATION);
            if (!ran.succeeded()) {
                throw new IOException("%s does not compile: %s".formatted(name, ran.err()));
            }
            // Others may be at the same: whoever is last wins, and all are equal.
            Files.move(
                    made,
                    kept,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return kept;
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

    private static String version(List<String> sources) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var source : sources) {
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
