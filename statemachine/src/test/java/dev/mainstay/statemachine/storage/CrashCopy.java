package dev.mainstay.statemachine.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// What a crash would leave of an open store: a copy of its files as they were at one moment.
///
/// The store's own threads compact meanwhile; a copy during which a file came, grew or went is made
/// again.
public final class CrashCopy {

    private static final int TRIES_MAX = 1_000;

    private CrashCopy() {}

    public static void copy(Path from, Path to) throws IOException {
        for (int i = 0; i < TRIES_MAX; i++) {
            if (isCopied(from, to)) {
                return;
            }
            try (var files = Files.list(to)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
        throw new IOException(from + " does not come to rest");
    }

    private static boolean isCopied(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try {
            var before = sizes(from);
            for (var name : before.keySet()) {
                Files.copy(from.resolve(name), to.resolve(name));
            }
            return before.equals(sizes(from));
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    private static Map<String, Long> sizes(Path directory) throws IOException {
        var sizes = new TreeMap<String, Long>();
        try (var files = Files.list(directory)) {
            for (var file : files.toList()) {
                if (Files.isRegularFile(file)) {
                    sizes.put(file.getFileName().toString(), Files.size(file));
                }
            }
        }
        return sizes;
    }
}
