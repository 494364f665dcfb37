package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.CannotStartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
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

    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    private static final int SECTOR = 512;
    private static final int CRC_BYTES = 4;
    private static final int ENTRY_BYTES_MAX = 64 << 20;

    private final Path file;
    private final ByteBuffer bytes;

    private TornTail(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes;
    }

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
        try (var channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.allocate((int) channel.size()).order(ByteOrder.BIG_ENDIAN);
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = channel.read(bytes);
            }
            bytes.flip();
            int keep = new TornTail(file, bytes).lengthToKeep();
            if (keep < bytes.limit()) {
                LOG.warn("cutting an entry that was never synced off {} at byte {}", file, keep);
                channel.truncate(keep);
                channel.force(true);
            }
        }
    }

    /// The whole file when every entry is good.
    private int lengthToKeep() throws CannotStartException {
        if (isZero(0, bytes.limit())) {
            // The segment was created, and nothing of it was synced.
            return bytes.limit();
        }
        int at = HEADER.length;
        while (at < bytes.limit() && !isZero(at, bytes.limit())) {
            int end = endOfGoodEntry(at);
            if (end < 0) {
                return torn(at);
            }
            at = end;
        }
        return bytes.limit();
    }

    private int torn(int at) throws CannotStartException {
        int end = Math.min(bytes.limit(), claimedEnd(at));
        int from = at;
        while (from < end) {
            int to = Math.min(bytes.limit(), (from / SECTOR + 1) * SECTOR);
            if (isZero(from, to)) {
                return at;
            }
            from = to;
        }
        throw new CannotStartException(
                "the log file "
                        + file
                        + " is damaged at byte "
                        + at
                        + ": replace this member, its disk lost what it had acknowledged");
    }

    /// Where the entry at `at` would end if its length is right; if that is not readable, the end
    /// of what was written at all.
    private int claimedEnd(int at) {
        long length = varint(at);
        if (length > 0 && length <= ENTRY_BYTES_MAX) {
            return (int)
                    Math.min(bytes.limit(), (long) at + varintBytes(length) + length + CRC_BYTES);
        }
        int end = bytes.limit();
        while (end > at && bytes.get(end - 1) == 0) {
            end--;
        }
        return end;
    }

    /// -1 when the entry is not good.
    private int endOfGoodEntry(int at) {
        long length = varint(at);
        if (length <= 0 || length > ENTRY_BYTES_MAX) {
            return -1;
        }
        long crcAt = (long) at + varintBytes(length) + length;
        if (crcAt + CRC_BYTES > bytes.limit()) {
            // The file ends inside the entry: Ratis takes that for the end of the log.
            return bytes.limit();
        }
        var crc = new CRC32C();
        crc.update(bytes.slice(at, (int) (crcAt - at)));
        return (int) crc.getValue() == bytes.getInt((int) crcAt) ? (int) crcAt + CRC_BYTES : -1;
    }

    private long varint(int at) {
        long value = 0;
        for (int i = 0; i < 5 && at + i < bytes.limit(); i++) {
            byte b = bytes.get(at + i);
            value |= (long) (b & 0x7f) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        return -1;
    }

    private static int varintBytes(long value) {
        int count = 1;
        for (long left = value >>> 7; left != 0; left >>>= 7) {
            count++;
        }
        return count;
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
