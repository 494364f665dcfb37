package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.ChangeRows;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.storage.ByteReader;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The newest change of each key, deletions included, as far back as the recent bound: what ranges
/// that a transaction relied on are checked against. Apply thread.
///
/// Read from `changes` when the first range comes, kept up from then on: who never relies on a
/// range pays nothing. It holds at least what lies above the bound; what it holds below is never
/// asked for.
final class Recent {

    private final ByteReader rows;
    private final TreeMap<Key, Long> changedAt = new TreeMap<>();
    private final ArrayDeque<KeyChange> order = new ArrayDeque<>();
    private boolean isLoaded;

    Recent(ByteReader rows) {
        this.rows = rows;
    }

    private record KeyChange(Key key, long revision) {}

    /// The first key in `range` whose newest stored change came after `revision`, or null.
    @Nullable Key firstChanged(KeyRange range, long revision, long bound) {
        assert revision >= bound : revision + " lies before the bound " + bound;
        load(bound);
        if (range.isEmpty()) {
            return null;
        }
        var to = range.to();
        var within =
                to == null
                        ? changedAt.tailMap(range.from(), true)
                        : changedAt.subMap(range.from(), true, to, false);
        for (var entry : within.entrySet()) {
            if (entry.getValue() > revision) {
                return entry.getKey();
            }
        }
        return null;
    }

    /// The revision of the newest stored change of a key that [#firstChanged] found.
    long changedAt(Key key) {
        var revision = changedAt.get(key);
        return revision == null ? 0 : revision;
    }

    /// The batch with these changes was written.
    void add(List<Revised> revised, long bound) {
        if (isLoaded) {
            for (var one : revised) {
                for (Change change : one.changes()) {
                    add(change.key(), one.revision());
                }
            }
            forget(bound);
        }
    }

    int size() {
        return changedAt.size();
    }

    private void load(long bound) {
        if (!isLoaded) {
            try (var walk = ChangeRows.walk(rows, bound + 1)) {
                for (var next = walk.next(); next != null; next = walk.next()) {
                    for (var touched : next.touched()) {
                        add(touched.key(), next.revision());
                    }
                }
            }
            isLoaded = true;
        }
    }

    private void add(Key key, long revision) {
        changedAt.put(key, revision);
        order.add(new KeyChange(key, revision));
    }

    private void forget(long bound) {
        for (var oldest = order.peek();
                oldest != null && oldest.revision <= bound;
                oldest = order.peek()) {
            order.remove();
            changedAt.remove(oldest.key, oldest.revision);
        }
    }
}
