package dev.mainstay.jepsen.cluster.arena;

import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.Directories;
import dev.mainstay.jepsen.cluster.NodeProcess;
import dev.mainstay.jepsen.cluster.link.NamespaceWiring;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What one run has made on this machine, in a file that outlives it. Any thread.
///
/// The file is locked while its run lives, so an unlocked one is a crashed run's, and [#sweep]
/// undoes what it lists, in reverse. Nothing is ended or removed that is not listed there; a
/// process only if its start time is the one that was noted.
public final class LeftOvers implements AutoCloseable {

    private static final Duration COMMAND = Duration.ofSeconds(10);
    private static final String ENDING = ".run";
    // A lock belongs to the whole JVM and is lost when any handle of the file is closed: our own
    // files must not even be opened again.
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private LeftOvers(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Kinds of things; a name is what follows the kind in its line.
    public enum Kind {
        /// `pid birth`
        PROCESS,
        /// A directory with all that is in it.
        DIRECTORY,
        /// A mounted file system.
        MOUNT,
        /// A loop device.
        LOOP,
        NAMESPACE,
        INTERFACE
    }

    /// Begins the list of a new run.
    static LeftOvers of(String run) throws IOException {
        return in(folder(), run);
    }

    static LeftOvers in(Path folder, String run) throws IOException {
        Files.createDirectories(folder);
        var file = folder.resolve(run + ENDING);
        OURS.add(file);
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new IOException("locked by another process: " + file);
        }
        return new LeftOvers(file, channel);
    }

    /// To be called before the thing is made; a process can only be noted right after.
    public void note(Kind kind, String name) throws IOException {
        var line = (kind + " " + name + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (channel) {
            var _ = channel.write(ByteBuffer.wrap(line));
        }
    }

    NamespaceWiring.Notes notes() {
        return new NamespaceWiring.Notes() {
            @Override
            public void namespace(String name) throws IOException {
                note(Kind.NAMESPACE, name);
            }

            @Override
            public void networkInterface(String name) throws IOException {
                note(Kind.INTERFACE, name);
            }
        };
    }

    public void note(NodeProcess process) throws IOException {
        var birth = process.birth();
        if (birth.isPresent()) {
            note(Kind.PROCESS, process.pid() + " " + birth.get());
        }
    }

    /// Undoes all of it.
    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        var left = undo(Files.readAllLines(file));
        channel.close();
        OURS.remove(file);
        if (left.isEmpty()) {
            Files.deleteIfExists(file);
        } else {
            throw new IOException("not cleaned up: " + left);
        }
    }

    /// Undoes what crashed runs have left; one line for each thing that was found.
    public static List<String> sweep() throws IOException {
        return sweep(folder());
    }

    static List<String> sweep(Path folder) throws IOException {
        var found = new ArrayList<String>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (var files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (var file : files) {
                if (!OURS.contains(file)) {
                    found.addAll(sweepFile(file));
                }
            }
        }
        return found;
    }

    private static List<String> sweepFile(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.tryLock() == null) {
                return List.of();
            }
            var lines = Files.readAllLines(file);
            if (undo(lines).isEmpty()) {
                Files.deleteIfExists(file);
            }
            return lines;
        }
    }

    /// In reverse order; what could not be undone.
    private static List<String> undo(List<String> lines) {
        var left = new ArrayList<String>();
        for (var line : lines.reversed()) {
            try {
                var words = line.split(" ", 2);
                if (words.length == 2) {
                    undo(Kind.valueOf(words[0]), words[1]);
                }
            } catch (IOException | IllegalArgumentException e) {
                left.add(line + ": " + e.getMessage());
            }
        }
        return left;
    }

    private static void undo(Kind kind, String name) throws IOException {
        switch (kind) {
            case PROCESS -> end(name);
            case DIRECTORY -> Directories.delete(Path.of(name));
            case MOUNT -> run(isMounted(name), "umount", "-l", name);
            case LOOP -> run(isAttached(name), "losetup", "-d", name);
            case NAMESPACE ->
                    run(Files.exists(Path.of("/run/netns", name)), "ip", "netns", "del", name);
            case INTERFACE ->
                    run(Files.exists(Path.of("/sys/class/net", name)), "ip", "link", "del", name);
        }
    }

    private static void end(String name) {
        var words = name.split(" ", -1);
        var process = new NodeProcess(Long.parseLong(words[0]));
        if (process.birth().equals(Optional.of(words[1]))) {
            process.kill();
        }
    }

    private static void run(boolean isThere, String... line) throws IOException {
        if (isThere) {
            var ran = Command.run(List.of(line), COMMAND);
            if (!ran.succeeded()) {
                throw new IOException(String.join(" ", line) + ": " + ran.err().strip());
            }
        }
    }

    private static boolean isMounted(String at) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .anyMatch(line -> line.split(" ", -1)[1].equals(at));
    }

    private static boolean isAttached(String device) {
        return Files.exists(
                Path.of("/sys/block", Path.of(device).getFileName().toString(), "loop"));
    }

    private static Path folder() {
        return Path.of(
                System.getProperty("java.io.tmpdir"),
                "mainstay-runs-" + System.getProperty("user.name"));
    }
}
