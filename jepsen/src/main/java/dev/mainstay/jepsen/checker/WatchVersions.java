package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What events and reads say beside the value (previous value, create revision, version) is what
/// the changes before them make it: the calls of [WatchChecker]. For one thread.
///
/// A key that an unknown write may have changed without anybody seeing it is left out.
final class WatchVersions {

    /// A key as one revision left it; value 0 = deleted.
    private record State(long value, long create, long version, Op source) {}

    private final Findings findings;
    private final Map<String, TreeMap<Long, State>> states = new HashMap<>();
    private long compacted;

    WatchVersions(WatchTruth truth, Findings findings) {
        this.findings = findings;
        for (var entry : truth.revisions().entrySet()) {
            for (var change : entry.getValue().changes()) {
                append(entry.getKey(), change, entry.getValue().source());
            }
        }
        states.keySet().removeAll(truth.doubtful());
        findings.count("keys", states.size());
    }

    private void append(long revision, WatchTruth.Change change, Op source) {
        var ofKey = states.computeIfAbsent(change.key(), _ -> new TreeMap<>());
        var last = ofKey.isEmpty() ? null : ofKey.lastEntry().getValue();
        if (change.value() == 0) {
            ofKey.put(revision, new State(0, 0, 0, source));
        } else if (last == null || last.value() == 0) {
            ofKey.put(revision, new State(change.value(), revision, 1, source));
        } else {
            var version = last.version() + 1;
            ofKey.put(revision, new State(change.value(), last.create(), version, source));
        }
    }

    void check(List<Op> ops) {
        for (var op : ops) {
            if (op.function().equals("compact")) {
                compacted = Math.max(compacted, Tree.number(op.value(), 0));
            } else if (op.isOk() && op.function().equals("events")) {
                checkEvents(op);
            } else if (op.isOk() && op.function().equals("content")) {
                checkContent(op);
            }
        }
    }

    private void checkEvents(Op op) {
        for (var answer : Tree.list(op.value(), 1)) {
            for (var batch : Tree.list(answer)) {
                for (var event : Tree.list(batch, 1)) {
                    checkEvent(Tree.number(batch, 0), event, op);
                }
            }
        }
    }

    private void checkEvent(long revision, @Nullable Object event, Op op) {
        var ofKey = states.get(Tree.text(event, 1));
        var now = ofKey == null ? null : ofKey.get(revision);
        // Another value than ours was named already.
        if (ofKey == null || now == null || now.value() != Tree.number(event, 2)) {
            return;
        }
        checkVersion(revision, event, now, op);
        var before = ofKey.lowerEntry(revision);
        var previous = before == null ? 0 : before.getValue().value();
        var shown = Tree.number(event, 5);
        var mayBeCompacted = shown == 0 && compacted >= revision;
        if (shown >= 0 && shown != previous && !mayBeCompacted) {
            findings.add(
                    "wrong-previous",
                    "%s changed at %d from %d, and is shown to have been %d"
                            .formatted(Tree.text(event, 1), revision, previous, shown),
                    now.source(),
                    op);
        }
    }

    private void checkVersion(long revision, @Nullable Object event, State now, Op op) {
        var create = Tree.number(event, 3);
        var version = Tree.number(event, 4);
        if (now.value() != 0 && (create != now.create() || version != now.version())) {
            findings.add(
                    "wrong-version",
                    "%s at %d is version %d since %d, and is shown as version %d since %d"
                            .formatted(
                                    Tree.text(event, 1),
                                    revision,
                                    now.version(),
                                    now.create(),
                                    version,
                                    create),
                    now.source(),
                    op);
        }
    }

    private void checkContent(Op op) {
        var revision = op.about().revision();
        Map<String, Object> rows = new HashMap<>();
        for (var row : Tree.list(op.value(), 0)) {
            if (row != null) {
                rows.put(Tree.text(row, 0), row);
            }
        }
        for (var entry : states.entrySet()) {
            var at = entry.getValue().floorEntry(revision);
            var row = rows.get(entry.getKey());
            if (at != null && !isSame(row, at.getKey(), at.getValue())) {
                findings.add(
                        "wrong-content",
                        ("%s as of revision %d is %s, and the changes make it %d, "
                                        + "version %d since %d")
                                .formatted(
                                        entry.getKey(),
                                        revision,
                                        row == null ? "absent" : row,
                                        at.getValue().value(),
                                        at.getValue().version(),
                                        at.getValue().create()),
                        at.getValue().source(),
                        op);
            }
        }
    }

    private static boolean isSame(@Nullable Object row, long modRevision, State state) {
        if (row == null || state.value() == 0) {
            return row == null && state.value() == 0;
        }
        return Tree.number(row, 1) == state.value()
                && Tree.number(row, 2) == state.create()
                && Tree.number(row, 3) == modRevision
                && Tree.number(row, 4) == state.version();
    }
}
