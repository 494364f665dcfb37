package dev.mainstay.statemachine.mvcc;

import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.ByteCursor;
import dev.mainstay.statemachine.storage.ByteReader;
import dev.mainstay.statemachine.storage.Family;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows of `changes`: one per log entry, under the first revision that it holds, with the
/// entry's time and, per revision, its LSN, its transaction id and the keys touched. What grows
/// beyond a megabyte goes on in a further row, under the revision that it begins with and a part
/// number other than 0 if that revision began in the row before.
public final class ChangeRows {

    private static final byte FORMAT = 1;
    private static final int ROW_BYTES_MAX = 1 << 20;
    private static final int PUT = 1;

    private ChangeRows() {}

    /// One key touched by one revision. `previous` is the revision of the version that it
    /// superseded or deleted, or 0.
    public record Touched(Key key, boolean isPut, long previous) {}

    /// One revision's changes, in the order in which the transaction made them.
    public record Changed(long revision, long lsn, long micros, Id id, List<Touched> touched) {}

    /// A transaction id, as two numbers.
    public record Id(long high, long low) {}

    /// Collects the rows of one entry. Belongs to one thread.
    public static final class Writer {

        private final long micros;
        private final ByteBatch batch;
        private final ByteSink row = new ByteSink(512);
        private long first;
        private int part;

        public Writer(long micros, ByteBatch batch) {
            this.micros = micros;
            this.batch = batch;
        }

        public void add(long revision, long lsn, Id id, List<Touched> touched) {
            int next = 0;
            do {
                if (row.size() > ROW_BYTES_MAX) {
                    finish();
                }
                if (row.size() == 0) {
                    part = next == 0 ? 0 : part + 1;
                    first = revision;
                    row.int8(FORMAT).int64(micros);
                }
                int end = endOfSection(touched, next);
                row.varint(revision).varint(lsn).int64(id.high).int64(id.low).varint(end - next);
                for (; next < end; next++) {
                    var one = touched.get(next);
                    row.int8(one.isPut ? PUT : 0).varint(one.previous).blob(one.key.bytes());
                }
            } while (next < touched.size());
        }

        /// Puts what was added into the batch.
        public void finish() {
            if (row.size() > 0) {
                batch.put(Family.CHANGES, key(first, part), row.toByteArray());
                row.clear();
            }
        }

        private static int endOfSection(List<Touched> touched, int from) {
            long bytes = 0;
            int end = from;
            while (end < touched.size() && bytes < ROW_BYTES_MAX) {
                bytes += touched.get(end++).key.length() + 16;
            }
            return end;
        }
    }

    /// A walk over revisions in ascending order. Belongs to one thread; the caller closes it.
    public static final class Walk implements AutoCloseable {

        private final ByteCursor rows;
        private final long from;
        private @Nullable ByteSource row;
        private long micros;
        private @Nullable Changed begun;

        private Walk(ByteCursor rows, long from) {
            this.rows = rows;
            this.from = from;
        }

        /// The next revision, or null at the end.
        public @Nullable Changed next() {
            while (true) {
                var section = section();
                var done = begun;
                if (section != null && done != null && section.revision == done.revision) {
                    done.touched.addAll(section.touched);
                    continue;
                }
                begun = section;
                if (done != null) {
                    return done;
                }
                if (section == null) {
                    return null;
                }
            }
        }

        private @Nullable Changed section() {
            while (true) {
                if (row == null || row.remaining() == 0) {
                    if (!rows.next()) {
                        row = null;
                        return null;
                    }
                    row = open(rows.value());
                    micros = row.int64();
                }
                var section = read(row);
                if (section.revision >= from) {
                    return section;
                }
            }
        }

        private Changed read(ByteSource source) {
            long revision = source.varint();
            long lsn = source.varint();
            var id = new Id(source.int64(), source.int64());
            int count = source.count(3);
            var touched = new ArrayList<Touched>(count);
            for (int i = 0; i < count; i++) {
                boolean isPut = source.int8() == PUT;
                long previous = source.varint();
                touched.add(new Touched(Key.wrap(source.blob()), isPut, previous));
            }
            return new Changed(revision, lsn, micros, id, touched);
        }

        @Override
        public void close() {
            rows.close();
        }
    }

    /// Walks the revisions from `from` on.
    public static Walk walk(ByteReader reader, long from) {
        var start = rowWith(reader, from);
        return new Walk(
                reader.scan(Family.CHANGES, start != null ? start : key(from, 0), null, false),
                from);
    }

    /// The commit time and the first revision of the row in which `revision` begins.
    static @Nullable RowStart start(ByteReader reader, long revision) {
        try (var rows = reader.scan(Family.CHANGES, key(0, 0), key(revision, 1), true)) {
            return rows.next()
                    ? new RowStart(Numbers.int64(rows.key(), 0), open(rows.value()).int64())
                    : null;
        }
    }

    record RowStart(long revision, long micros) {}

    /// Deletes rows that hold only revisions below `limit`, at most `max` of them; those of
    /// revisions below `done` are gone. Says up to which revision all are gone.
    static long deleteBelow(ByteReader reader, long done, long limit, int max, ByteBatch batch) {
        var start = rowWith(reader, done);
        byte @Nullable [] last = null;
        int deleted = 0;
        try (var rows =
                reader.scan(Family.CHANGES, start != null ? start : key(0, 0), null, false)) {
            while (rows.next()) {
                var row = rows.key();
                long revision = Numbers.int64(row, 0);
                if (isContinuation(row) ? revision >= limit : revision > limit) {
                    return limit;
                }
                if (last != null) {
                    if (deleted++ == max) {
                        return Math.min(limit, Numbers.int64(last, 0));
                    }
                    batch.delete(Family.CHANGES, last);
                }
                last = row;
            }
            return limit;
        }
    }

    private static boolean isContinuation(byte[] row) {
        return (row[8] | row[9] | row[10] | row[11]) != 0;
    }

    private static byte @Nullable [] rowWith(ByteReader reader, long revision) {
        try (var rows = reader.scan(Family.CHANGES, key(0, 0), key(revision, 1), true)) {
            return rows.next() ? rows.key() : null;
        }
    }

    private static ByteSource open(byte[] row) {
        var source = new ByteSource(row);
        int format = source.int8();
        if (format != FORMAT) {
            throw source.malformedBehind(1, "unknown format of changes: " + format);
        }
        return source;
    }

    private static byte[] key(long revision, int part) {
        return new ByteSink(12).int64(revision).int32(part).toByteArray();
    }
}
