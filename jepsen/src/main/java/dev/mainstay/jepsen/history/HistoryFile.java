package dev.mainstay.jepsen.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Histories as files of JSON lines, one event a line, in the order of their index.
///
/// A file may be packed: `history.jsonl` is then `history.jsonl.gz`, and is found under its plain
/// name all the same.
public final class HistoryFile {

    /// Name of a run's file with the events of all workloads.
    public static final String NAME = "history.jsonl";

    private static final String PACKED = ".gz";

    private HistoryFile() {}

    /// Writes a whole history. Open calls get an `info`.
    public static void write(Path file, History history) throws IOException {
        try (var writer = new HistoryWriter(file)) {
            history.events().forEach(writer);
        }
    }

    /// Reads a whole history. A torn last line, which a crash leaves, is left out.
    public static History read(Path file) throws IOException {
        List<Event> events = new ArrayList<>();
        forEach(file, events::add);
        return new History(events);
    }

    /// Writes, beside a run's [#NAME], one `history-<workload>.jsonl` per workload with the same
    /// lines. Tells the files.
    public static List<Path> split(Path directory) throws IOException {
        Map<String, HistoryWriter> writers = new HashMap<>();
        List<Path> files = new ArrayList<>();
        try {
            forEach(
                    directory.resolve(NAME),
                    event -> {
                        if (event.process() != Event.NEMESIS) {
                            writers.computeIfAbsent(
                                            event.workload(), name -> open(directory, name, files))
                                    .accept(event);
                        }
                    });
        } catch (UncheckedIOException e) {
            throw new IOException(e.getCause());
        } finally {
            for (var writer : writers.values()) {
                writer.close();
            }
        }
        return List.copyOf(files);
    }

    private static HistoryWriter open(Path directory, String workload, List<Path> files) {
        var file = directory.resolve("history-" + workload + ".jsonl");
        try {
            files.add(file);
            return new HistoryWriter(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Reads event by event.
    public static void forEach(Path file, Consumer<Event> action) throws IOException {
        // A fault begins with an `info` too: it is the first line with its number.
        Set<Long> faults = new HashSet<>();
        try (var reader =
                new BufferedReader(new InputStreamReader(open(file), StandardCharsets.UTF_8))) {
            long number = 1;
            var line = reader.readLine();
            while (line != null) {
                var next = reader.readLine();
                var event = parse(file, number++, line, next == null);
                if (event != null) {
                    action.accept(
                            event.process() == Event.NEMESIS && faults.add(event.about().term())
                                    ? begun(event)
                                    : event);
                }
                line = next;
            }
        }
    }

    private static InputStream open(Path file) throws IOException {
        var packed = packed(file);
        if (Files.exists(file) && !file.toString().endsWith(PACKED)) {
            return Files.newInputStream(file);
        }
        return new GZIPInputStream(Files.newInputStream(packed), 1 << 16);
    }

    private static Path packed(Path file) {
        return file.toString().endsWith(PACKED)
                ? file
                : file.resolveSibling(file.getFileName() + PACKED);
    }

    private static @Nullable Event parse(Path file, long number, String line, boolean isLast)
            throws IOException {
        try {
            return EventJson.read(line);
        } catch (IOException | IllegalArgumentException e) {
            if (isLast) {
                return null;
            }
            throw new IOException(file + ":" + number + ": " + e.getMessage(), e);
        }
    }

    private static Event begun(Event event) {
        return new Event(
                event.index(),
                event.nanos(),
                event.process(),
                Event.Type.INVOKE,
                event.workload(),
                event.function(),
                event.value(),
                event.failure(),
                event.about());
    }

    static void packIfLarge(Path file, long plainBytesMax) throws IOException {
        if (Files.size(file) <= plainBytesMax) {
            return;
        }
        try (var out = new GZIPOutputStream(Files.newOutputStream(packed(file)), 1 << 16)) {
            Files.copy(file, out);
        }
        Files.delete(file);
    }
}
