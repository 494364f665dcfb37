package dev.mainstay.jepsen.disk;

import dev.mainstay.jepsen.cluster.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a loss of power leaves of a directory, as the shim (`platter.c`) has kept it. Runs on its
/// caller's thread, while no process uses the directory.
final class Platter {

    private static final long ROOT = 1;

    private final Path folder;
    private final Path directory;

    Platter(Path folder, Path directory) {
        this.folder = folder;
        this.directory = directory;
    }

    private record Name(long id, boolean isDirectory) {}

    /// Takes what stands there for synced when the next process comes.
    void forget() throws IOException {
        Directories.delete(folder);
        Files.createDirectories(folder);
    }

    /// Puts what was synced in the place of what was written.
    ///
    /// @return how many files have other bytes than before, or are gone, or are back
    int restore() throws IOException {
        var names = durableNames();
        if (names.isEmpty()) {
            return 0; // No process has come to its directory since.
        }
        var rebuilt = Files.createDirectory(folder.resolve("rebuilt"));
        build(rebuilt, ROOT, names, new HashMap<>());
        var lost = differences(rebuilt);
        for (var entry : entries(directory)) {
            Directories.delete(entry);
        }
        for (var entry : entries(rebuilt)) {
            move(entry, directory.resolve(entry.getFileName()));
        }
        forget();
        return lost;
    }

    /// By directory: what is in it.
    private Map<Long, Map<String, Name>> durableNames() throws IOException {
        var journal = folder.resolve("journal");
        Map<Long, Map<String, Name>> names = new HashMap<>();
        if (!Files.exists(journal)) {
            return names;
        }
        var record = new ArrayList<String>();
        for (var line : Files.readString(journal).lines().toList()) {
            // What comes after the last end was being written when the process was killed.
            if (line.equals("end")) {
                take(names, record);
                record.clear();
            } else {
                record.add(line);
            }
        }
        return names;
    }

    private static void take(Map<Long, Map<String, Name>> names, List<String> record)
            throws IOException {
        for (var at = 0; at < record.size(); at++) {
            var words = record.get(at).split(" ", 6);
            switch (words[0]) {
                case "list" -> {
                    var end = at + 1 + Integer.parseInt(words[2]);
                    list(names, Long.parseLong(words[1]), record.subList(at + 1, end));
                    at = end - 1;
                }
                case "link" -> link(names, words);
                case "id" -> {}
                default -> throw new IOException("not a line of a journal: " + record.get(at));
            }
        }
    }

    private static void list(
            Map<Long, Map<String, Name>> names, long directory, List<String> lines) {
        var entries = new TreeMap<String, Name>();
        for (var line : lines) {
            var words = line.split(" ", 3);
            entries.put(words[2], new Name(Long.parseLong(words[0]), words[1].equals("d")));
        }
        names.put(directory, entries);
    }

    private static void link(Map<Long, Map<String, Name>> names, String[] words) {
        var name = new Name(Long.parseLong(words[2]), words[3].equals("d"));
        if (words[4].equals("1")) {
            // It has only this name: it was renamed, and that has become durable.
            names.values().forEach(entries -> entries.values().removeIf(name::equals));
        }
        names.computeIfAbsent(Long.parseLong(words[1]), _ -> new TreeMap<>()).put(words[5], name);
    }

    private void build(
            Path at, long directory, Map<Long, Map<String, Name>> names, Map<Long, Path> built)
            throws IOException {
        for (var entry : names.getOrDefault(directory, Map.of()).entrySet()) {
            var path = at.resolve(entry.getKey());
            var id = entry.getValue().id();
            if (entry.getValue().isDirectory()) {
                Files.createDirectory(path);
                build(path, id, names, built);
            } else if (built.containsKey(id)) {
                Files.createLink(path, built.get(id));
            } else {
                bytes(id, path);
                built.put(id, path);
            }
        }
    }

    private void bytes(long id, Path path) throws IOException {
        var content = folder.resolve("content").resolve(Long.toString(id));
        if (Files.exists(content)) {
            Files.move(content, path);
        } else {
            Files.createFile(path);
        }
    }

    private int differences(Path rebuilt) throws IOException {
        var different = 0;
        var before = files(directory);
        var after = files(rebuilt);
        for (var file : before) {
            var other = rebuilt.resolve(file);
            if (!after.contains(file) || Files.mismatch(directory.resolve(file), other) >= 0) {
                different++;
            }
        }
        return different + (int) after.stream().filter(file -> !before.contains(file)).count();
    }

    private static List<Path> files(Path root) throws IOException {
        try (var all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).map(root::relativize).toList();
        }
    }

    private static List<Path> entries(Path root) throws IOException {
        try (var all = Files.list(root)) {
            return all.toList();
        }
    }

    // The directory may be a mounted disk.
    private static void move(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            Files.move(from, to);
            return;
        }
        Files.createDirectory(to);
        for (var entry : entries(from)) {
            move(entry, to.resolve(entry.getFileName()));
        }
    }
}
