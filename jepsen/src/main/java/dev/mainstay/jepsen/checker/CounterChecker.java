package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Counters whose every addition is carried out exactly once, however often it was sent.
///
/// Calls, all of `[counter, …]`:
///
/// - `add` of `[counter, id]`: adds one, sent again and again under one transaction id;
/// - `repeat` of `[counter, id, revision]`: the same request again, after it was acknowledged;
/// - `outcome` of `[counter, id, state, revision]`: what the store says became of it, for good;
/// - `read` of `[counter, value]`;
/// - `details` of `[counter, [[id, times], …]]`: how often each addition was carried out.
///
/// A read lies between the additions that were certainly in when it began and those that may be in
/// when it ended. Once all outcomes are known, the bounds meet.
public final class CounterChecker implements Checker {

    private static final String COMMITTED = "committed";
    private static final String ABORTED = "aborted";

    @Override
    public String name() {
        return "counter";
    }

    @Override
    public Verdict check(History history) {
        var findings = new Findings(name());
        Map<Long, OneCounter> counters = new HashMap<>();
        for (var op : history.ops()) {
            counters.computeIfAbsent(Tree.number(op.value(), 0), id -> new OneCounter(id, findings))
                    .take(op);
        }
        findings.count("counters", counters.size());
        for (var counter : counters.values()) {
            counter.check();
        }
        return findings.verdict();
    }

    /// One addition: its call, and what was said of it later.
    private static final class Addition {

        private final Op add;
        private final List<Op> outcomes = new ArrayList<>();
        private final List<Op> repeats = new ArrayList<>();

        Addition(Op add) {
            this.add = add;
        }

        long id() {
            return Tree.number(add.value(), 1);
        }

        /// What said first that it is in; null if nothing did.
        @Nullable Op committed() {
            if (add.isOk()) {
                return add;
            }
            var answered = firstAnswered(repeats);
            var told = firstWith(COMMITTED);
            if (answered == null || told == null) {
                return answered == null ? told : answered;
            }
            return answered.end() < told.end() ? answered : told;
        }

        boolean isVoid() {
            return add.type() == Event.Type.FAIL || firstWith(ABORTED) != null;
        }

        @Nullable Op firstWith(String state) {
            for (var outcome : outcomes) {
                if (Tree.text(outcome.value(), 2).equals(state)) {
                    return outcome;
                }
            }
            return null;
        }

        private static @Nullable Op firstAnswered(List<Op> ops) {
            return ops.isEmpty() ? null : ops.getFirst();
        }
    }

    private static final class OneCounter {

        private final long counter;
        private final Findings findings;
        private final Map<Long, Addition> additions = new HashMap<>();
        private final List<Op> later = new ArrayList<>();
        private final List<Op> reads = new ArrayList<>();
        private final List<Op> details = new ArrayList<>();

        OneCounter(long counter, Findings findings) {
            this.counter = counter;
            this.findings = findings;
        }

        void take(Op op) {
            findings.count(op.function(), 1);
            switch (op.function()) {
                case "add" -> additions.put(Tree.number(op.value(), 1), new Addition(op));
                case "read" -> keepOk(reads, op);
                case "details" -> keepOk(details, op);
                case "outcome", "repeat" -> keepOk(later, op);
                default -> throw new IllegalArgumentException("no call of a counter: " + op);
            }
        }

        private static void keepOk(List<Op> list, Op op) {
            if (op.isOk()) {
                list.add(op);
            }
        }

        void check() {
            for (var op : later) {
                var addition = additions.get(Tree.number(op.value(), 1));
                if (addition == null) {
                    throw new IllegalArgumentException("of no addition: " + op);
                }
                (op.function().equals("repeat") ? addition.repeats : addition.outcomes).add(op);
            }
            additions.values().forEach(this::checkTold);
            checkReads();
            details.forEach(this::checkDetails);
        }

        /// All that was said of one addition agrees.
        private void checkTold(Addition addition) {
            var in = addition.committed();
            var out = addition.firstWith(ABORTED);
            if (in == null && !addition.isVoid()) {
                findings.count("unresolved", 1);
            }
            if (in != null && out != null) {
                findings.add(
                        "wrong-outcome",
                        "addition %d was said to be in, and to be void for good"
                                .formatted(addition.id()),
                        in,
                        out);
            }
            if (in == null) {
                return;
            }
            if (addition.add.type() == Event.Type.FAIL) {
                findings.add(
                        "phantom",
                        "addition %d certainly failed, and was carried out"
                                .formatted(addition.id()),
                        addition.add,
                        in);
            }
            for (var repeat : addition.repeats) {
                checkRevision(addition, in, repeat, Tree.number(repeat.value(), 2), "double-apply");
            }
            for (var outcome : addition.outcomes) {
                if (Tree.text(outcome.value(), 2).equals(COMMITTED)) {
                    var revision = Tree.number(outcome.value(), 3);
                    checkRevision(addition, in, outcome, revision, "wrong-outcome");
                }
            }
        }

        private void checkRevision(Addition addition, Op in, Op later, long revision, String name) {
            var first = in.about().revision();
            if (first != 0 && revision != first) {
                findings.add(
                        name,
                        "addition %d was carried out at revision %d, and again it seems at %d"
                                .formatted(addition.id(), first, revision),
                        in,
                        later);
            }
        }

        private void checkReads() {
            var sure = new ArrayList<Long>();
            var possible = new ArrayList<Long>();
            for (var addition : additions.values()) {
                var in = addition.committed();
                if (in != null) {
                    sure.add(in.end());
                }
                if (in != null || !addition.isVoid()) {
                    possible.add(addition.add.begin());
                }
            }
            var sureEnds = sorted(sure);
            var possibleBegins = sorted(possible);
            for (var read : reads) {
                var lower = countBelow(sureEnds, read.begin());
                var upper = countBelow(possibleBegins, read.end());
                judge(read, lower, upper);
            }
        }

        private void judge(Op read, long lower, long upper) {
            var value = Tree.number(read.value(), 1);
            if (lower == upper) {
                findings.count("exact reads", 1);
            }
            if (value < lower || value > upper) {
                findings.add(
                        value < lower ? lossOrStaleness(read, lower) : "double-apply",
                        "counter %d was read as %d; between %d and %d additions were in"
                                .formatted(counter, value, lower, upper),
                        read);
            }
        }

        /// A later read that has them all again shows that nothing was lost.
        private String lossOrStaleness(Op read, long lower) {
            for (var other : reads) {
                if (other.begin() > read.end() && Tree.number(other.value(), 1) >= lower) {
                    return "stale-read";
                }
            }
            return "lost-write";
        }

        private void checkDetails(Op read) {
            Map<Long, Long> times = new HashMap<>();
            for (var item : Tree.list(read.value(), 1)) {
                times.put(Tree.number(item, 0), Tree.number(item, 1));
            }
            for (var addition : additions.values()) {
                judge(read, addition, times.getOrDefault(addition.id(), 0L));
            }
            for (var id : times.keySet()) {
                if (!additions.containsKey(id)) {
                    findings.add("phantom", "nobody made addition " + id, read);
                }
            }
        }

        private void judge(Op read, Addition addition, long times) {
            var in = addition.committed();
            if (times > 1) {
                findings.add(
                        "double-apply",
                        "addition %d was carried out %d times".formatted(addition.id(), times),
                        addition.add,
                        read);
            } else if (times == 0 && in != null && in.end() < read.begin()) {
                findings.add(
                        "lost-write",
                        "addition %d was in, and is not".formatted(addition.id()),
                        addition.add,
                        in,
                        read);
            } else if (times == 1 && in == null && addition.isVoid()) {
                var out = addition.firstWith(ABORTED);
                findings.add(
                        "phantom",
                        "addition %d was certainly not carried out, and is in"
                                .formatted(addition.id()),
                        addition.add,
                        out == null ? addition.add : out,
                        read);
            }
        }

        private static long[] sorted(List<Long> values) {
            var array = new long[values.size()];
            for (var i = 0; i < array.length; i++) {
                array[i] = values.get(i);
            }
            Arrays.sort(array);
            return array;
        }

        private static long countBelow(long[] sorted, long bound) {
            var at = Arrays.binarySearch(sorted, bound);
            return at >= 0 ? at : -at - 1;
        }
    }
}
