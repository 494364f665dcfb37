package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.DurableFiles;
import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compares the log on disk with the state, before Ratis opens the log, on the starting thread.
///
/// A member that stopped between adopting a checkpoint and installing it has a state ahead of its
/// log. Ratis keeps the open segment then, and refuses every later entry ("gap between start index
/// and first entry to append"). All of such a log is covered by the state: it is dropped.
final class OvertakenLog {

    private static final Logger LOG = LoggerFactory.getLogger(OvertakenLog.class);

    private static final Pattern NAME = Pattern.compile("log_(?:inprogress_)?([0-9]+)(?:-[0-9]+)?");

    private record Saved(long start, Path file) {}

    private OvertakenLog() {}

    /// @param durable the last position that the state covers
    static void reconcile(Path current, LogPosition durable) throws IOException {
        var segments = segments(current);
        if (segments.isEmpty()) {
            return;
        }
        long start = segments.getFirst().start;
        long covered = durable.index().value();
        if (start > covered + 1) {
            throw new IOException(
                    "the state ends at %d, but the log starts at %d: replace this member"
                            .formatted(covered, start));
        }
        if (start > covered || durable.index().equals(LogIndex.NONE)) {
            return;
        }
        var holder = segments.stream().filter(s -> s.start <= covered).toList().getLast();
        var last = Segment.read(holder.file).find(covered);
        if (last.isEmpty()) {
            LOG.warn("dropping a log that ends before the state, at {}", durable);
            drop(segments, current);
        } else if (last.get().getTerm() != durable.term()) {
            throw new IOException(
                    "the entry at %d is of term %d, but the state has it of term %d: replace this member"
                            .formatted(covered, last.get().getTerm(), durable.term()));
        }
    }

    /// From the end: what is left after a crash is overtaken as well.
    private static void drop(List<Saved> segments, Path current) throws IOException {
        for (var segment : segments.reversed()) {
            Files.delete(segment.file);
        }
        DurableFiles.syncDirectory(current);
    }

    private static List<Saved> segments(Path current) throws IOException {
        var found = new ArrayList<Saved>();
        try (var files = Files.newDirectoryStream(current)) {
            for (var file : files) {
                var name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    found.add(new Saved(Long.parseLong(name.group(1)), file));
                }
            }
        }
        found.sort(Comparator.comparingLong(Saved::start));
        return found;
    }
}
