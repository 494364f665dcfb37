package dev.mainstay.statemachine.mvcc;

import dev.mainstay.statemachine.mvcc.ReadView.Visitor;
import dev.mainstay.statemachine.storage.ByteCursor;
import org.jspecify.annotations.Nullable;

/// Merges `current` and `history` as one revision saw them. A key's version of that revision lies
/// in exactly one of the two, so the two walks have no key in common.
final class PastWalk {

    private final ByteCursor newest;
    private final ByteCursor older;
    private final long revision;
    private final boolean descending;
    private @Nullable Found nextNewest;
    private @Nullable Found nextOlder;

    PastWalk(ByteCursor newest, ByteCursor older, long revision, boolean descending) {
        this.newest = newest;
        this.older = older;
        this.revision = revision;
        this.descending = descending;
    }

    void run(Visitor visitor) {
        nextNewest = advanceNewest();
        nextOlder = advanceOlder();
        for (var next = take(); next != null; next = take()) {
            if (!visitor.visit(next.key, next.version)) {
                return;
            }
        }
    }

    private @Nullable Found take() {
        var current = nextNewest;
        var past = nextOlder;
        if (past == null || (current != null && isFirst(current.key, past.key))) {
            nextNewest = current == null ? null : advanceNewest();
            return current;
        }
        nextOlder = advanceOlder();
        return past;
    }

    private boolean isFirst(Key one, Key other) {
        int order = one.compareTo(other);
        return descending ? order > 0 : order < 0;
    }

    private @Nullable Found advanceNewest() {
        while (newest.next()) {
            var row = newest.value();
            if (Records.modRevision(row) <= revision) {
                return new Found(Key.wrap(newest.key()), Records.version(row));
            }
        }
        return null;
    }

    private @Nullable Found advanceOlder() {
        while (older.next()) {
            var key = older.key();
            if (Records.historyKeyRevision(key) <= revision) {
                var row = older.value();
                if (Records.historyEnd(row) > revision) {
                    return new Found(Records.unescape(key), Records.historyVersion(row));
                }
            }
        }
        return null;
    }

    private record Found(Key key, Version version) {}
}
