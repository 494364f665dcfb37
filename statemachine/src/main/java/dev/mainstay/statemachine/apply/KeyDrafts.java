package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.mvcc.Hash64;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.ReadView.Visitor;
import dev.mainstay.statemachine.mvcc.Records;
import dev.mainstay.statemachine.mvcc.StateReader;
import dev.mainstay.statemachine.mvcc.Version;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.Family;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The keys that one entry has read or written, over the stored state: each stored version is read
/// once, and what the entry's transactions wrote is kept per revision until all is put in the
/// batch. Apply thread.
final class KeyDrafts {

    /// Later than every revision.
    static final long NOW = Long.MAX_VALUE;

    private final StateReader stored;
    private final NewestVersions versions;
    private final long storedRevision;
    private final TreeMap<Key, Draft> drafts = new TreeMap<>();
    private long kvSum;
    private long othersSum;

    KeyDrafts(StateReader stored, NewestVersions versions, long storedRevision) {
        this.stored = stored;
        this.versions = versions;
        this.storedRevision = storedRevision;
    }

    @Nullable Version get(Key key) {
        return draft(key).at(NOW);
    }

    /// The revision of the newest change of the key by this entry, or 0.
    long changedAt(Key key) {
        var draft = drafts.get(key);
        return draft == null || draft.newest == null ? 0 : draft.newest.revision;
    }

    /// The first key in `range` that the entry itself changed after `revision`, or null.
    @Nullable Key firstChanged(KeyRange range, long revision) {
        for (var entry : within(range).entrySet()) {
            var newest = entry.getValue().newest;
            if (newest != null && newest.revision > revision) {
                return entry.getKey();
            }
        }
        return null;
    }

    /// Null deletes. A revision writes a key at most once.
    void write(Key key, long revision, @Nullable Version version) {
        var draft = draft(key);
        assert draft.newest == null || draft.newest.revision < revision
                : key + " twice at revision " + revision;
        draft.newest = new Step(revision, version, draft.newest);
    }

    /// Walks the keys in ascending order as `revision` saw them, which is not below the stored one.
    /// The visitor must not read or write drafts.
    void scan(KeyRange range, long revision, Visitor visitor) {
        assert revision >= storedRevision : revision + " lies before " + storedRevision;
        if (range.isOneKey()) {
            var version = draft(range.from()).at(revision);
            if (version != null) {
                visitor.visit(range.from(), version);
            }
        } else if (!range.isEmpty()) {
            var merge = new Merge(within(range), revision, visitor);
            stored.scan(range, false, merge);
            merge.finish();
        }
    }

    /// Puts the newest versions and the superseded ones into the batch.
    void finish(ByteBatch batch) {
        for (var entry : drafts.entrySet()) {
            var draft = entry.getValue();
            if (draft.newest != null) {
                finish(entry.getKey(), draft, draft.newest, batch);
            }
        }
    }

    /// What the entry adds to the sum over KV keys; valid after [#finish].
    long kvSum() {
        return kvSum;
    }

    /// What the entry adds to the sum over all other keys; valid after [#finish].
    long othersSum() {
        return othersSum;
    }

    private void finish(Key key, Draft draft, Step newest, ByteBatch batch) {
        var version = newest.version;
        versions.write(key, version);
        if (version != null) {
            batch.put(Family.CURRENT, key.bytes(), Records.current(version));
        } else if (draft.stored != null) {
            batch.delete(Family.CURRENT, key.bytes());
        }
        for (Step step = newest; step != null; step = step.older) {
            var before = step.older == null ? draft.stored : step.older.version;
            if (before != null) {
                batch.put(
                        Family.HISTORY,
                        Records.historyKey(key, before.modRevision()),
                        Records.history(before, step.revision));
            }
        }
        long sum =
                (version == null ? 0 : Hash64.of(key, version))
                        - (draft.stored == null ? 0 : Hash64.of(key, draft.stored));
        if (Keyspace.isKv(key)) {
            kvSum += sum;
        } else {
            othersSum += sum;
        }
    }

    private Draft draft(Key key) {
        var draft = drafts.get(key);
        if (draft == null) {
            draft = new Draft(versions.get(key));
            drafts.put(key, draft);
        }
        return draft;
    }

    private NavigableMap<Key, Draft> within(KeyRange range) {
        if (range.isEmpty()) {
            return new TreeMap<>();
        }
        var to = range.to();
        return to == null
                ? drafts.tailMap(range.from(), true)
                : drafts.subMap(range.from(), true, to, false);
    }

    /// One key: what is stored, and what the entry made of it.
    private static final class Draft {

        private final @Nullable Version stored;
        private @Nullable Step newest;

        private Draft(@Nullable Version stored) {
            this.stored = stored;
        }

        private @Nullable Version at(long revision) {
            var step = newest;
            while (step != null && step.revision > revision) {
                step = step.older;
            }
            return step == null ? stored : step.version;
        }
    }

    private record Step(long revision, @Nullable Version version, @Nullable Step older) {}

    /// Lets drafts take the place of what is stored, in one walk in key order.
    private static final class Merge implements Visitor {

        private final Iterator<Map.Entry<Key, Draft>> drafts;
        private final long revision;
        private final Visitor visitor;
        private Map.@Nullable Entry<Key, Draft> next;
        private boolean wantsMore = true;

        private Merge(NavigableMap<Key, Draft> drafts, long revision, Visitor visitor) {
            this.drafts = drafts.entrySet().iterator();
            this.revision = revision;
            this.visitor = visitor;
            advance();
        }

        @Override
        public boolean visit(Key key, Version version) {
            while (wantsMore && next != null && next.getKey().compareTo(key) < 0) {
                visitDraft(next);
            }
            if (!wantsMore) {
                return false;
            }
            if (next != null && next.getKey().equals(key)) {
                visitDraft(next);
            } else {
                wantsMore = visitor.visit(key, version);
            }
            return wantsMore;
        }

        private void finish() {
            while (wantsMore && next != null) {
                visitDraft(next);
            }
        }

        private void visitDraft(Map.Entry<Key, Draft> entry) {
            var version = entry.getValue().at(revision);
            if (version != null) {
                wantsMore = visitor.visit(entry.getKey(), version);
            }
            advance();
        }

        private void advance() {
            next = drafts.hasNext() ? drafts.next() : null;
        }
    }
}
