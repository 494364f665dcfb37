package dev.mainstay.server.group;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the state lies: numbered directories `db.<n>`, and a file that says which one counts.
///
/// A directory is never renamed while it is open: an installed checkpoint gets the next number, and
/// the switch is the replacement of one small file.
public final class StoreDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);
    private static final String NUMBER_FILE = "db.number";

    private final Path parent;
    private final long diskId;
    private long number;

    private StoreDirectory(Path parent, long diskId, long number) {
        this.parent = parent;
        this.diskId = diskId;
        this.number = number;
    }

    /// The disk that the state in `parent` was made for, if there is a state.
    public static OptionalLong diskId(Path parent) throws IOException {
        return Files.exists(parent.resolve(NUMBER_FILE))
                ? OptionalLong.of(HexFormat.fromHexDigitsToLong(lines(parent).get(1)))
                : OptionalLong.empty();
    }

    /// A state that begins empty.
    public static StoreDirectory create(Path parent, long diskId) throws IOException {
        var directory = new StoreDirectory(parent, diskId, 1);
        directory.writeNumber(1);
        return directory;
    }

    /// The state that is there; deletes what an earlier life left over.
    public static StoreDirectory open(Path parent) throws IOException {
        var lines = lines(parent);
        var directory =
                new StoreDirectory(
                        parent,
                        HexFormat.fromHexDigitsToLong(lines.get(1)),
                        Long.parseLong(lines.get(0)));
        directory.deleteOthers();
        return directory;
    }

    public synchronized Path current() {
        return parent.resolve("db." + number);
    }

    /// Makes a finished checkpoint the state that the next start opens.
    synchronized void adopt(Path checkpoint) throws IOException {
        long next = number + 1;
        var target = parent.resolve("db." + next);
        deleteTree(target);
        Files.move(checkpoint, target, StandardCopyOption.ATOMIC_MOVE);
        sync(parent);
        writeNumber(next);
        number = next;
    }

    /// Deletes a state that was replaced. What cannot be deleted now is by the next start.
    synchronized void deleteUnlessCurrent(Path state) {
        if (!state.equals(current())) {
            try {
                deleteTree(state);
            } catch (IOException e) {
                LOG.warn("the old state {} could not be deleted: {}", state, e.toString());
            }
        }
    }

    private void deleteOthers() throws IOException {
        try (var entries = Files.list(parent)) {
            for (var entry : entries.toList()) {
                var name = entry.getFileName().toString();
                boolean isState = name.startsWith("db.") && !name.equals(NUMBER_FILE);
                if (isState && !entry.equals(current())) {
                    deleteTree(entry);
                }
            }
        }
    }

    private void writeNumber(long next) throws IOException {
        var temporary = parent.resolve(NUMBER_FILE + ".new");
        Files.writeString(temporary, next + "\n" + HexFormat.of().toHexDigits(diskId) + "\n");
        sync(temporary);
        Files.move(temporary, parent.resolve(NUMBER_FILE), StandardCopyOption.ATOMIC_MOVE);
        sync(parent);
    }

    private static List<String> lines(Path parent) throws IOException {
        var lines = Files.readAllLines(parent.resolve(NUMBER_FILE));
        if (lines.size() != 2
                || !lines.get(0).matches("[0-9]{1,18}")
                || !lines.get(1).matches("[0-9a-f]{16}")) {
            throw new IOException("the file " + parent.resolve(NUMBER_FILE) + " is damaged");
        }
        return lines;
    }

    static void sync(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (var files = Files.walk(root)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> {
                        try {
                            Files.delete(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
