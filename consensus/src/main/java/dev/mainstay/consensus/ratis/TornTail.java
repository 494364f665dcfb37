package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.CannotStartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at the open segment of a log before Ratis does, on the starting thread.
///
/// Segments are filled with zeros ahead of the entries, so after a power loss a half-written entry
/// is not a short file but one with a wrong checksum, and Ratis refuses to start. Such an entry was
/// never acknowledged if one of its sectors was never written: then it is cut off. A damaged entry
/// whose sectors were all written may have been acknowledged: then this member must not start.
final class TornTail {

    private static final Logger LOG = LoggerFactory.getLogger(TornTail.class);

    private static final int SECTOR = 512;

    private TornTail() {}

    /// Cuts what was never synced off the open segment in `logDirectory/current`.
    static void check(Path logDirectory) throws IOException, CannotStartException {
        var current = logDirectory.resolve("current");
        if (!Files.isDirectory(current)) {
            return;
        }
        try (var open = Files.newDirectoryStream(current, "log_inprogress_*")) {
            for (var file : open) {
                checkFile(file);
            }
        }
    }

    private static void checkFile(Path file) throws IOException, CannotStartException {
        var segment = Segment.read(file);
        int bad = firstBadEntry(segment);
        if (bad == segment.length()) {
            return;
        }
        if (!hasUnwrittenSector(segment, bad)) {
            throw new CannotStartException(
                    "the log file "
                            + file
                            + " is damaged at byte "
                            + bad
                            + ": replace this member, its disk lost what it had acknowledged");
        }
        LOG.warn("cutting an entry that was never synced off {} at byte {}", file, bad);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bad);
            channel.force(true);
        }
    }

    /// The length when every entry is good.
    private static int firstBadEntry(Segment segment) {
        if (segment.isZero(0, segment.length())) {
            // The segment was created, and nothing of it was synced.
            return segment.length();
        }
        int at = Segment.HEADER_BYTES;
        while (at < segment.length() && !segment.isZero(at, segment.length())) {
            int end = segment.endOfEntry(at);
            if (end == Segment.NOT_GOOD) {
                return at;
            }
            at = end;
        }
        return segment.length();
    }

    private static boolean hasUnwrittenSector(Segment segment, int at) {
        int end = segment.claimedEndOfEntry(at);
        int from = at;
        while (from < end) {
            int to = Math.min(segment.length(), (from / SECTOR + 1) * SECTOR);
            if (segment.isZero(from, to)) {
                return true;
            }
            from = to;
        }
        return false;
    }
}
