package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.command.VerdictCodec;
import dev.mainstay.statemachine.mvcc.ByteSink;
import dev.mainstay.statemachine.mvcc.ByteSource;
import dev.mainstay.statemachine.mvcc.MetaRows;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.ByteReader;
import dev.mainstay.statemachine.storage.Family;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The verdicts given so far, by transaction id. Apply thread.
///
/// - Ids of one entry that follow each other share a row: its key is the first id, its value their
///   verdicts. Rows of node-made ids never overlap, so an id lies in the row with the greatest
///   first id that is not above it, or nowhere.
/// - An id made by a node whose counter is above all that were stored for its incarnation is
///   certainly not stored; that, and nothing else, is concluded from memory.
final class Outcomes {

    private static final long COUNTER_MASK = (1L << TxnId.COUNTER_BITS) - 1;
    private static final int INCARNATIONS_MAX = 1024;
    private static final long NONE = -1;

    private final ByteReader rows;

    /// Per incarnation, the greatest counter stored, or [#NONE].
    private final TreeMap<Long, Long> greatest = new TreeMap<>();

    /// Verdicts of the entry that is being applied.
    private final TreeMap<TxnId, byte[]> fresh = new TreeMap<>();

    Outcomes(ByteReader rows) {
        this.rows = rows;
    }

    @Nullable Verdict find(TxnId id) {
        var verdict = fresh.get(id);
        if (verdict == null) {
            verdict = id.isMadeByNode() ? storedByNode(id) : storedByClient(id);
        }
        return verdict == null ? null : VerdictCodec.decode(verdict);
    }

    void add(TxnId id, byte[] verdict) {
        fresh.put(id, verdict);
    }

    /// Puts the entry's verdicts into the batch; their age is `revision`, the entry's last.
    void finish(long revision, long index, ByteBatch batch) {
        if (fresh.isEmpty()) {
            return;
        }
        var age = new ByteSink(16);
        var run = new Run(batch);
        for (var entry : fresh.entrySet()) {
            if (!run.add(entry.getKey(), entry.getValue())) {
                run.finish();
                age.raw(key(entry.getKey()));
                run.begin(entry.getKey(), entry.getValue());
            }
        }
        run.finish();
        batch.put(Family.OUTCOME_AGE, MetaRows.outcomeAge(revision, index), age.toByteArray());
    }

    /// The batch was written.
    void settle() {
        for (var id : fresh.keySet()) {
            if (id.isMadeByNode()) {
                greatest.computeIfPresent(
                        incarnation(id), (_, counter) -> Math.max(counter, counter(id)));
            }
        }
        fresh.clear();
        while (greatest.size() > INCARNATIONS_MAX) {
            greatest.pollFirstEntry();
        }
    }

    /// The batch was not written.
    void discard() {
        fresh.clear();
    }

    private byte @Nullable [] storedByNode(TxnId id) {
        var known = greatest.get(incarnation(id));
        if (known == null) {
            known = greatestStored(id);
            greatest.put(incarnation(id), known);
        }
        return counter(id) > known ? null : stored(firstOfIncarnation(id), id);
    }

    private long greatestStored(TxnId id) {
        var from = firstOfIncarnation(id);
        var to = new TxnId(0, id.low() | COUNTER_MASK);
        try (var last = rows.scan(Family.OUTCOME, key(from), successor(to), true)) {
            if (!last.next()) {
                return NONE;
            }
            return (low(last.key()) & COUNTER_MASK) + new ByteSource(last.value()).varint() - 1;
        }
    }

    private byte @Nullable [] storedByClient(TxnId id) {
        var row = rows.get(Family.OUTCOME, key(id));
        return row == null ? null : verdict(row, 0);
    }

    private byte @Nullable [] stored(TxnId from, TxnId id) {
        try (var last = rows.scan(Family.OUTCOME, key(from), successor(id), true)) {
            return last.next() ? verdict(last.value(), id.low() - low(last.key())) : null;
        }
    }

    private static byte @Nullable [] verdict(byte[] row, long at) {
        var source = new ByteSource(row);
        long count = source.varint();
        if (at >= count) {
            return null;
        }
        for (long i = 0; i < at; i++) {
            source.blob();
        }
        return source.blob();
    }

    private static TxnId firstOfIncarnation(TxnId id) {
        return new TxnId(0, id.low() & ~COUNTER_MASK);
    }

    private static long incarnation(TxnId id) {
        return id.low() >>> TxnId.COUNTER_BITS;
    }

    private static long counter(TxnId id) {
        return id.low() & COUNTER_MASK;
    }

    private static byte[] key(TxnId id) {
        return new ByteSink(16).int64(id.high()).int64(id.low()).toByteArray();
    }

    private static byte[] successor(TxnId id) {
        return new ByteSink(17).int64(id.high()).int64(id.low()).int8(0).toByteArray();
    }

    private static long low(byte[] key) {
        var source = new ByteSource(key);
        source.int64();
        return source.int64();
    }

    /// Gathers ids that follow each other into one row.
    private static final class Run {

        private final ByteBatch batch;
        private final ByteSink verdicts = new ByteSink(64);
        private @Nullable TxnId first;
        private long count;

        private Run(ByteBatch batch) {
            this.batch = batch;
        }

        private void begin(TxnId id, byte[] verdict) {
            first = id;
            count = 1;
            verdicts.clear();
            verdicts.blob(verdict);
        }

        private boolean add(TxnId id, byte[] verdict) {
            boolean follows =
                    first != null
                            && id.isMadeByNode()
                            && first.isMadeByNode()
                            && id.low() == first.low() + count
                            && counter(id) != 0;
            if (follows) {
                count++;
                verdicts.blob(verdict);
            }
            return follows;
        }

        private void finish() {
            if (first != null) {
                var row = new ByteSink(verdicts.size() + 10).varint(count);
                batch.put(
                        Family.OUTCOME, key(first), row.raw(verdicts.toByteArray()).toByteArray());
            }
        }
    }
}
