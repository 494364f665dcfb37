package dev.mainstay.consensus.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;

/// The bytes of one segment file of Ratis' log: "RaftLog1", then per entry its length (a varint),
/// the entry, and a CRC32C over both; zeros up to the end of the file. Confined to one thread.
final class Segment {

    static final int HEADER_BYTES = 8;
    static final int CRC_BYTES = 4;
    static final int NOT_GOOD = -1;

    private static final int ENTRY_BYTES_MAX = 64 << 20;

    private final ByteBuffer bytes;

    private Segment(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    static Segment read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = channel.read(bytes);
            }
            return new Segment(bytes.flip());
        }
    }

    int length() {
        return bytes.limit();
    }

    boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /// The position after the entry at `at`, or [#NOT_GOOD]. An entry that the file ends in is the
    /// end of the log for Ratis, and so it is here.
    int endOfEntry(int at) {
        long length = lengthAt(at);
        if (length < 0) {
            return NOT_GOOD;
        }
        long crcAt = at + varintBytes(length) + length;
        if (crcAt + CRC_BYTES > bytes.limit()) {
            return bytes.limit();
        }
        var crc = new CRC32C();
        crc.update(bytes.slice(at, (int) (crcAt - at)));
        return (int) crc.getValue() == bytes.getInt((int) crcAt)
                ? (int) crcAt + CRC_BYTES
                : NOT_GOOD;
    }

    /// Where the entry at `at` would end if its length is right; if that is not readable, the end
    /// of what was written at all.
    int claimedEndOfEntry(int at) {
        long length = lengthAt(at);
        if (length > 0) {
            return (int) Math.min(bytes.limit(), at + varintBytes(length) + length + CRC_BYTES);
        }
        int end = bytes.limit();
        while (end > at && bytes.get(end - 1) == 0) {
            end--;
        }
        return end;
    }

    /// The entry with this index, if it is in this segment and whole.
    Optional<LogEntryProto> find(long index) throws IOException {
        int at = HEADER_BYTES;
        while (at < bytes.limit()) {
            int end = endOfEntry(at);
            long length = lengthAt(at);
            if (end == NOT_GOOD || at + varintBytes(length) + length + CRC_BYTES > bytes.limit()) {
                return Optional.empty();
            }
            var entry =
                    LogEntryProto.parseFrom(bytes.slice(at + varintBytes(length), (int) length));
            if (entry.getIndex() == index) {
                return Optional.of(entry);
            }
            at = end;
        }
        return Optional.empty();
    }

    /// -1 when no length of an entry stands at `at`.
    private long lengthAt(int at) {
        long value = 0;
        for (int i = 0; i < 5 && at + i < bytes.limit(); i++) {
            byte b = bytes.get(at + i);
            value |= (long) (b & 0x7f) << (7 * i);
            if (b >= 0) {
                return value == 0 || value > ENTRY_BYTES_MAX ? -1 : value;
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
}
