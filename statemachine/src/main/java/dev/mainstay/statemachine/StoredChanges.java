package dev.mainstay.statemachine;

import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.feed.ChangeSource;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.ChangeRows;
import dev.mainstay.statemachine.mvcc.ChangeRows.Changed;
import dev.mainstay.statemachine.mvcc.SnapshotView;
import dev.mainstay.statemachine.mvcc.StateReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Changes as they are stored: `changes` names the keys, `current` and `history` have the versions.
/// Any thread.
final class StoredChanges implements ChangeSource {

    private static final int OVERHEAD_BYTES = 160;

    private final Supplier<SnapshotView> views;

    StoredChanges(Supplier<SnapshotView> views) {
        this.views = views;
    }

    @Override
    public List<Revised> read(long from, long to, long bytesMax) throws CompactedException {
        try (var view = views.get()) {
            if (from < view.kvFloor()) {
                throw new CompactedException(view.kvFloor());
            }
            return read(view.reader(), from, to, bytesMax);
        }
    }

    private static List<Revised> read(StateReader reader, long from, long to, long bytesMax) {
        var batch = new ArrayList<Revised>();
        long room = bytesMax;
        try (var walk = ChangeRows.walk(reader.rows(), from)) {
            for (var next = walk.next();
                    next != null && next.revision() <= to && (room > 0 || batch.isEmpty());
                    next = walk.next()) {
                var revised = new Revised(next.revision(), changes(reader, next));
                batch.add(revised);
                room -= bytes(revised);
            }
        }
        return batch;
    }

    private static List<Change> changes(StateReader reader, Changed changed) {
        var changes = new ArrayList<Change>(changed.touched().size());
        for (var touched : changed.touched()) {
            var key = touched.key();
            var now = touched.isPut() ? reader.written(key, changed.revision()) : null;
            var before = touched.previous() > 0 ? reader.written(key, touched.previous()) : null;
            changes.add(new Change(key, now, before));
        }
        return changes;
    }

    private static long bytes(Revised revised) {
        long bytes = OVERHEAD_BYTES;
        for (var change : revised.changes()) {
            bytes += OVERHEAD_BYTES + change.key().length();
            bytes += change.now() == null ? 0 : change.now().value().length;
            bytes += change.before() == null ? 0 : change.before().value().length;
        }
        return bytes;
    }
}
