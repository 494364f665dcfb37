package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What really changed at each revision, put together from acknowledged writes and from what
/// watchers saw: the calls of [WatchChecker]. For one thread.
///
/// Watchers must agree with the acknowledgements, and with each other; and what they saw must be
/// what somebody wrote, or may have written.
final class WatchTruth {

    /// One change of one key; `value` 0 = it was deleted.
    record Change(String key, long value) implements Comparable<Change> {

        @Override
        public int compareTo(Change other) {
            var byKey = key.compareTo(other.key);
            return byKey == 0 ? Long.compare(value, other.value) : byKey;
        }
    }

    /// @param source the write, or else the event that first showed it
    record Revision(Set<Change> changes, Op source) {}

    private final Findings findings;
    private final TreeMap<Long, Revision> revisions = new TreeMap<>();
    private final Map<Long, Op> putOf = new HashMap<>();
    private final Map<Long, Op> acknowledgedAt = new HashMap<>();
    private final Map<String, List<Op>> unknownDeletes = new HashMap<>();
    private final Map<Long, Long> revisionOfValue = new HashMap<>();

    WatchTruth(Findings findings) {
        this.findings = findings;
    }

    NavigableMap<Long, Revision> revisions() {
        return revisions;
    }

    /// The keys that an unknown write may have changed without anybody seeing it.
    Set<String> doubtful() {
        Set<String> keys = new TreeSet<>(unknownDeletes.keySet());
        for (var put : putOf.entrySet()) {
            if (put.getValue().isUnknown() && !revisionOfValue.containsKey(put.getKey())) {
                for (var item : Tree.list(put.getValue().value())) {
                    keys.add(Tree.text(item, 1));
                }
            }
        }
        return keys;
    }

    /// All writes, before the first [#learnSeen].
    void learnWrite(Op write) {
        findings.count("writes", 1);
        Set<Change> changes = new TreeSet<>();
        var isSure = write.isOk();
        for (var item : Tree.list(write.value())) {
            var key = Tree.text(item, 1);
            if (Tree.text(item, 0).equals("put")) {
                var value = Tree.number(item, 2);
                putOf.put(value, write);
                changes.add(new Change(key, value));
            } else if (write.isOk() && !Tree.isNull(item, 2)) {
                if (Tree.number(item, 2) > 0) {
                    changes.add(new Change(key, 0));
                }
            } else {
                isSure = false;
                unknownDelete(key, write);
            }
        }
        if (write.isOk() && !changes.isEmpty()) {
            acknowledge(write, changes, isSure);
        }
    }

    private void unknownDelete(String key, Op write) {
        if (write.type() != Event.Type.FAIL) {
            unknownDeletes.computeIfAbsent(key, _ -> new ArrayList<>()).add(write);
        }
    }

    private void acknowledge(Op write, Set<Change> changes, boolean isSure) {
        var revision = write.about().revision();
        var other = acknowledgedAt.put(revision, write);
        if (other != null) {
            findings.add(
                    "wrong-revision", "two writes were acknowledged at " + revision, other, write);
        }
        for (var change : changes) {
            if (change.value() != 0) {
                revisionOfValue.put(change.value(), revision);
            }
        }
        if (isSure) {
            revisions.put(revision, new Revision(changes, write));
        }
    }

    /// What one watcher saw of one revision, whole.
    void learnSeen(long revision, Set<Change> changes, Op seen) {
        var known = revisions.get(revision);
        if (known == null) {
            changes.forEach(change -> explain(revision, change, seen));
            revisions.put(revision, new Revision(changes, seen));
        } else if (!known.changes().equals(changes)) {
            var isPart = known.changes().containsAll(changes);
            findings.add(
                    isPart ? "partial-revision" : "wrong-event",
                    "revision %d was seen as %s, and is %s"
                            .formatted(revision, changes, known.changes()),
                    known.source(),
                    seen);
        }
    }

    private void explain(long revision, Change change, Op seen) {
        if (change.value() == 0) {
            var deletes = unknownDeletes.get(change.key());
            if (deletes == null) {
                phantom(revision, change, null, seen);
            }
            return;
        }
        var put = putOf.get(change.value());
        if (put == null || put.type() == Event.Type.FAIL || put.begin() > seen.end()) {
            phantom(revision, change, put, seen);
            return;
        }
        var known = revisionOfValue.putIfAbsent(change.value(), revision);
        if (known != null && known != revision) {
            findings.add(
                    "double-apply",
                    "%s was put once, at revision %d, and is seen at %d"
                            .formatted(change, known, revision),
                    put,
                    seen);
        }
    }

    private void phantom(long revision, Change change, @Nullable Op put, Op seen) {
        findings.add(
                "phantom-event",
                "revision %d shows %s, which %s"
                        .formatted(
                                revision,
                                change,
                                put == null ? "nobody wrote" : "certainly was not written by then"),
                put == null ? new Op[] {seen} : new Op[] {put, seen});
    }
}
