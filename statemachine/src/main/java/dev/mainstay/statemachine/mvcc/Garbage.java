package dev.mainstay.statemachine.mvcc;

import dev.mainstay.statemachine.mvcc.Marks.Cursors;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.ByteCursor;
import dev.mainstay.statemachine.storage.ByteReader;
import dev.mainstay.statemachine.storage.Family;

/// Finds what lies below the floors, a bounded piece at a time: superseded versions by walking
/// `changes` from where the last piece ended, outcomes by their age, then the rows of `changes`.
/// Changes nothing that a reader above the floors, or a verdict, can see. Apply thread.
public final class Garbage {

    private final ByteReader rows;
    private final Marks marks;
    private final int deletionsMax;

    public Garbage(ByteReader rows, Marks marks, int deletionsMax) {
        this.rows = rows;
        this.marks = marks;
        this.deletionsMax = deletionsMax;
    }

    /// Whether anything can lie below the floors that was not collected.
    public boolean isDue() {
        return marks.cursors().kv() < marks.floors().kv()
                || marks.cursors().others() < marks.floors().history()
                || marks.cursors().rows() < rowLimit(marks.cursors())
                || marks.cursors().outcomes() < marks.floors().outcome();
    }

    /// Puts the deletions of one piece into `batch`, with the marks that say how far it got.
    public Marks collect(ByteBatch batch) {
        var cursors = versions(batch);
        if (cursors.outcomes() < marks.floors().outcome() && outcomes(batch)) {
            cursors =
                    new Cursors(
                            cursors.kv(),
                            cursors.others(),
                            marks.floors().outcome(),
                            cursors.rows());
        }
        long limit = rowLimit(cursors);
        if (cursors.rows() < limit && batch.count() < deletionsMax) {
            long rest = ChangeRows.deleteBelow(rows, cursors.rows(), limit, deletionsMax, batch);
            cursors = new Cursors(cursors.kv(), cursors.others(), cursors.outcomes(), rest);
        }
        var after = marks.withCursors(cursors);
        batch.put(Family.META, MetaRows.marks(), after.encode());
        return after;
    }

    private long rowLimit(Cursors cursors) {
        var floors = marks.floors();
        long floor = Math.min(floors.history(), Math.min(floors.outcome(), marks.recentBound()));
        return Math.min(floor, Math.min(cursors.kv(), cursors.others()));
    }

    private Cursors versions(ByteBatch batch) {
        var cursors = marks.cursors();
        long kv = cursors.kv();
        long others = cursors.others();
        long kvFloor = marks.floors().kv();
        long floor = marks.floors().history();
        if (kv >= kvFloor && others >= floor) {
            return cursors;
        }
        long from =
                1
                        + Math.min(
                                kv < kvFloor ? kv : Long.MAX_VALUE,
                                others < floor ? others : Long.MAX_VALUE - 1);
        int steps = 0;
        try (var changes = ChangeRows.walk(rows, from)) {
            for (var next = changes.next(); true; next = changes.next()) {
                long done = next == null ? Long.MAX_VALUE : next.revision() - 1;
                kv = Math.max(kv, Math.min(done, kvFloor));
                others = Math.max(others, Math.min(done, floor));
                boolean isDone = kv >= kvFloor && others >= floor;
                boolean isFull = batch.count() >= deletionsMax || steps++ >= deletionsMax;
                if (next == null || isDone || isFull) {
                    return new Cursors(kv, others, cursors.outcomes(), cursors.rows());
                }
                deleteSuperseded(next, next.revision() > kv, next.revision() > others, batch);
            }
        }
    }

    private void deleteSuperseded(
            ChangeRows.Changed changed, boolean ofKv, boolean ofOthers, ByteBatch batch) {
        boolean isKvDue = ofKv && changed.revision() <= marks.floors().kv();
        boolean isOthersDue = ofOthers && changed.revision() <= marks.floors().history();
        for (var touched : changed.touched()) {
            boolean isDue = Keyspace.isKv(touched.key()) ? isKvDue : isOthersDue;
            if (isDue && touched.previous() > 0) {
                batch.delete(Family.HISTORY, Records.historyKey(touched.key(), touched.previous()));
            }
        }
    }

    /// True when none is left.
    private boolean outcomes(ByteBatch batch) {
        try (var ages = ages()) {
            while (ages.next()) {
                if (batch.count() >= deletionsMax) {
                    return false;
                }
                var ids = new ByteSource(ages.value());
                while (ids.remaining() > 0) {
                    batch.delete(Family.OUTCOME, ids.raw(16));
                }
                batch.delete(Family.OUTCOME_AGE, ages.key());
            }
            return true;
        }
    }

    private ByteCursor ages() {
        var from = MetaRows.outcomeAge(0, 0);
        var to = MetaRows.outcomeAge(marks.floors().outcome(), 0);
        return rows.scan(Family.OUTCOME_AGE, from, to, false);
    }
}
