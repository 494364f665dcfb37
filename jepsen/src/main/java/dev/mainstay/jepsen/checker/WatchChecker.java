package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.checker.WatchTruth.Change;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Every watcher sees every change exactly once, whole, and in order: etcd's nine rules.
///
/// Calls:
///
/// - `write` of `[["put", key, value] or ["delete", key, how many], …]`, and `marker`, the same,
///   after which nothing is written; values are never used twice;
/// - `open` of `[watcher, start, created]`: from `start` on, or, if that is 0, from what comes
///   after revision `created`; what the watcher had before is closed;
/// - `events` of `[watcher, [answer, …]]`, an answer being `[[revision, [event, …]], …]`, an event
///   `["put", key, value, createRevision, version, previous]` or `["delete", key, 0, 0, 0,
///   previous]`; previous is a value, 0 if there is none, -1 if nobody asked;
/// - `progress` of `[watcher, revision]`; `compacted` of `[watcher, revision]`; `compact` of
///   `[revision]`;
/// - `content` of `[[[key, value, createRevision, modRevision, version], …]]`: a strict read.
///
/// | rule | name of a breach |
/// |---|---|
/// | filter: only keys that were asked for | `phantom-event` |
/// | ordered, unique, atomic | `out-of-order`, `duplicate-event`, `split-revision`, `partial-revision` |
/// | bookmarkable: nothing at or below a progress comes after it | `event-after-progress` |
/// | resumable, reliable: all there is from the start on, without a gap | `missed-event` |
/// | future: nothing before the start | `early-event` |
/// | prevKV, isCreate | `wrong-previous`, `wrong-version` |
/// | all watchers and the writers agree | `wrong-event`, `phantom-event`, `double-apply`, `wrong-revision` |
/// | compacted only when it is | `false-compaction` |
/// | at the end all have come to the marker | `watch-stuck` |
public final class WatchChecker implements Checker {

    @Override
    public String name() {
        return "watch";
    }

    @Override
    public Verdict check(History history) {
        return new Run(history.ops()).check();
    }

    /// One event as it was seen.
    private record Seen(String key, long value, long create, long version, long previous) {}

    /// One revision as one answer showed it.
    private record Batch(long revision, List<Seen> events, Op op) {

        Set<Change> changes() {
            var changes = new TreeSet<Change>();
            events.forEach(seen -> changes.add(new Change(seen.key(), seen.value())));
            return changes;
        }
    }

    /// From an open to the next: what one watcher saw, in order.
    private static final class Segment {

        private final Op open;
        private final long start;
        private final List<Batch> batches = new ArrayList<>();

        /// The revision up to which all was given.
        private long upTo;

        private long progress;
        private @Nullable Op progressOp;

        Segment(Op open) {
            this.open = open;
            var asked = Tree.number(open.value(), 1);
            start = asked == 0 ? Tree.number(open.value(), 2) + 1 : asked;
            upTo = start - 1;
        }
    }

    private static final class Run {

        private final List<Op> ops;
        private final Findings findings = new Findings("watch");
        private final WatchTruth truth = new WatchTruth(findings);
        private final Map<String, Segment> current = new HashMap<>();
        private final List<Segment> segments = new ArrayList<>();
        private long compacted;
        private @Nullable Op marker;

        Run(List<Op> ops) {
            this.ops = ops;
        }

        Verdict check() {
            for (var op : ops) {
                var isWrite = op.function().equals("write") || op.function().equals("marker");
                if (isWrite) {
                    truth.learnWrite(op);
                    marker = op.function().equals("marker") && op.isOk() ? op : marker;
                }
            }
            ops.forEach(this::take);
            findings.count("segments", segments.size());
            segments.forEach(this::checkComplete);
            if (marker != null) {
                var end = marker;
                current.forEach((watcher, last) -> checkArrived(watcher, last, end));
            }
            new WatchVersions(truth, findings).check(ops);
            return findings.verdict();
        }

        private void take(Op op) {
            if (op.function().equals("compact")) {
                // From its beginning on, whatever came of it.
                compacted = Math.max(compacted, Tree.number(op.value(), 0));
                return;
            }
            if (!op.isOk()) {
                return;
            }
            switch (op.function()) {
                case "open" -> {
                    var segment = new Segment(op);
                    segments.add(segment);
                    current.put(Tree.text(op.value(), 0), segment);
                }
                case "events" -> takeEvents(segmentOf(op), op);
                case "progress" -> takeProgress(segmentOf(op), op);
                case "compacted" -> takeCompacted(op);
                default -> {
                    // A write, or content.
                }
            }
        }

        private Segment segmentOf(Op op) {
            var segment = current.get(Tree.text(op.value(), 0));
            if (segment == null) {
                throw new IllegalArgumentException("of no open watch: " + op);
            }
            return segment;
        }

        private void takeEvents(Segment segment, Op op) {
            for (var answer : Tree.list(op.value(), 1)) {
                for (var item : Tree.list(answer)) {
                    takeBatch(segment, batch(item, op));
                }
            }
        }

        private static Batch batch(@Nullable Object item, Op op) {
            var events = new ArrayList<Seen>();
            for (var event : Tree.list(item, 1)) {
                events.add(
                        new Seen(
                                Tree.text(event, 1),
                                Tree.number(event, 2),
                                Tree.number(event, 3),
                                Tree.number(event, 4),
                                Tree.number(event, 5)));
            }
            return new Batch(Tree.number(item, 0), List.copyOf(events), op);
        }

        private void takeBatch(Segment segment, Batch batch) {
            findings.count("revisions seen", 1);
            var revision = batch.revision();
            if (revision < segment.start) {
                found("early-event", segment, batch, "before the start " + segment.start);
            } else if (revision <= segment.progress) {
                var op = segment.progressOp;
                findings.add(
                        "event-after-progress",
                        "revision %d came after progress %d".formatted(revision, segment.progress),
                        op == null ? new Op[] {batch.op()} : new Op[] {op, batch.op()});
            } else if (revision <= segment.upTo) {
                judgeRepeated(segment, batch);
            } else {
                segment.upTo = revision;
                segment.batches.add(batch);
                truth.learnSeen(revision, batch.changes(), batch.op());
            }
        }

        private void judgeRepeated(Segment segment, Batch batch) {
            @Nullable Batch same = null;
            for (var other : segment.batches) {
                same = other.revision() == batch.revision() ? other : same;
            }
            if (same == null) {
                found("out-of-order", segment, batch, "after " + segment.upTo);
            } else if (same.changes().containsAll(batch.changes())) {
                found("duplicate-event", segment, batch, "again, after " + segment.upTo);
            } else {
                found("split-revision", segment, batch, "in parts");
            }
        }

        private void found(String name, Segment segment, Batch batch, String how) {
            findings.add(
                    name,
                    "watcher %s was shown revision %d %s"
                            .formatted(Tree.text(batch.op().value(), 0), batch.revision(), how),
                    segment.open,
                    batch.op());
        }

        private static void takeProgress(Segment segment, Op op) {
            var revision = Tree.number(op.value(), 1);
            if (revision > segment.progress) {
                segment.progress = revision;
                segment.progressOp = op;
            }
            segment.upTo = Math.max(segment.upTo, revision);
        }

        /// The compacted revision must have been asked for.
        private void takeCompacted(Op op) {
            findings.count("compacted watches", 1);
            if (Tree.number(op.value(), 1) > compacted) {
                findings.add(
                        "false-compaction",
                        "a watch ended as compacted at %d; at most %d was asked for"
                                .formatted(Tree.number(op.value(), 1), compacted),
                        op);
            }
        }

        private void checkComplete(Segment segment) {
            if (segment.upTo < segment.start) {
                return;
            }
            Set<Long> seen = new TreeSet<>();
            segment.batches.forEach(batch -> seen.add(batch.revision()));
            var due = truth.revisions().subMap(segment.start, true, segment.upTo, true);
            for (var entry : due.entrySet()) {
                if (!seen.contains(entry.getKey())) {
                    findings.add(
                            "missed-event",
                            "watcher %s, from %d to %d, never saw revision %d: %s"
                                    .formatted(
                                            Tree.text(segment.open.value(), 0),
                                            segment.start,
                                            segment.upTo,
                                            entry.getKey(),
                                            entry.getValue().changes()),
                            segment.open,
                            entry.getValue().source());
                }
            }
        }

        private void checkArrived(String watcher, Segment last, Op end) {
            findings.count("watchers", 1);
            if (last.upTo < end.about().revision()) {
                findings.add(
                        "watch-stuck",
                        "watcher %s has come to %d, and not to the end, %d"
                                .formatted(watcher, last.upTo, end.about().revision()),
                        last.open,
                        end);
            }
        }
    }
}
