package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Fencing tokens do their work: they grow, and an old one changes nothing.
///
/// Calls: `acquire` of `[lock, token]`, `release` of `[lock, token]` (also by revoking its lease),
/// `fenced` of `[lock, token, value]`: a write that relies on the lock being held. That two clients
/// never hold a lock at one time is not claimed, and not checked.
public final class LockChecker implements Checker {

    @Override
    public String name() {
        return "lock";
    }

    @Override
    public Verdict check(History history) {
        var findings = new Findings(name());
        Map<Long, List<Op>> byLock = new HashMap<>();
        for (var op : history.ops()) {
            var isOfLock =
                    switch (op.function()) {
                        case "acquire", "release", "fenced" -> true;
                        default -> false;
                    };
            if (isOfLock && op.isOk()) {
                findings.count(op.function(), 1);
                byLock.computeIfAbsent(Tree.number(op.value(), 0), _ -> new ArrayList<>()).add(op);
            }
        }
        for (var ops : byLock.values()) {
            checkTokens(of(ops, "acquire"), findings);
            checkOrder(of(ops, "fenced"), findings);
            checkFences(ops, findings);
        }
        return findings.verdict();
    }

    private static List<Op> of(List<Op> ops, String function) {
        return ops.stream().filter(op -> op.function().equals(function)).toList();
    }

    private static long token(Op op) {
        return Tree.number(op.value(), 1);
    }

    /// One that asks after another was given its token gets a greater one.
    private static void checkTokens(List<Op> acquires, Findings findings) {
        Map<Long, Op> holders = new HashMap<>();
        for (var op : acquires) {
            var other = holders.put(token(op), op);
            if (other != null) {
                findings.add("token-reuse", "two have token " + token(op), other, op);
            }
        }
        var greatest = new Greatest(acquires);
        for (var op : acquires) {
            var before = greatest.endedBefore(op.begin());
            if (before != null && token(before) > token(op)) {
                findings.add(
                        "token-regression",
                        "token %d was given, and %d to one who asked later"
                                .formatted(token(before), token(op)),
                        before,
                        op);
            }
        }
    }

    /// What is fenced changes in the order of tokens.
    private static void checkOrder(List<Op> fenced, Findings findings) {
        var byRevision = new ArrayList<>(fenced);
        byRevision.sort(Comparator.comparingLong(op -> op.about().revision()));
        @Nullable Op last = null;
        for (var op : byRevision) {
            if (last != null && token(op) < token(last)) {
                findings.add(
                        "fence-broken",
                        "token %d wrote at revision %d, and the older token %d after it, at %d"
                                .formatted(
                                        token(last),
                                        last.about().revision(),
                                        token(op),
                                        op.about().revision()),
                        last,
                        op);
            }
            last = last == null || token(op) >= token(last) ? op : last;
        }
    }

    /// Nobody writes with a token once a greater one was given, or it was given back.
    private static void checkFences(List<Op> ops, Findings findings) {
        var greatest = new Greatest(of(ops, "acquire"));
        Map<Long, Op> released = new HashMap<>();
        for (var op : of(ops, "release")) {
            released.put(token(op), op);
        }
        for (var op : of(ops, "fenced")) {
            var later = greatest.endedBefore(op.begin());
            var release = released.get(token(op));
            if (later != null && token(later) > token(op)) {
                findings.add(
                        "fence-broken",
                        "token %d wrote although token %d had been given"
                                .formatted(token(op), token(later)),
                        later,
                        op);
            } else if (release != null && release.end() < op.begin()) {
                findings.add(
                        "fence-broken",
                        "token %d wrote after it was given back".formatted(token(op)),
                        release,
                        op);
            }
        }
    }

    /// The greatest token given by a moment.
    private static final class Greatest {

        private final List<Op> byEnd;
        private final List<Op> greatest = new ArrayList<>();

        Greatest(List<Op> acquires) {
            byEnd = new ArrayList<>(acquires);
            byEnd.sort(Comparator.comparingLong(Op::end));
            for (var op : byEnd) {
                var isGreater = greatest.isEmpty() || token(op) > token(greatest.getLast());
                greatest.add(isGreater ? op : greatest.getLast());
            }
        }

        @Nullable Op endedBefore(long event) {
            var low = 0;
            var high = byEnd.size();
            while (low < high) {
                var middle = (low + high) >>> 1;
                if (byEnd.get(middle).end() < event) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low == 0 ? null : greatest.get(low - 1);
        }
    }
}
