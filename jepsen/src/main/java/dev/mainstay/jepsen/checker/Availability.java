package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Enough was answered that the other verdicts mean something.
///
/// Of each function, at least a share of the calls got an answer: an acknowledgement or the store's
/// own "no" (a comparison that did not hold, a conflict, a refusal). And, if the history lasts long
/// enough, each node that was asked for reads by name gave a number of them.
public final class Availability implements Checker {

    // Fewer calls of a function say nothing.
    private static final long CALLS_MIN = 20;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final int percentMin;
    private final long readsPerNodeMin;
    private final Duration longEnough;
    private final long pauseNanos;

    /// @param percentMin of each function's calls that must be answered
    /// @param readsPerNodeMin acknowledged reads of each node that was asked by name
    /// @param longEnough shorter histories need no number of reads
    public Availability(int percentMin, long readsPerNodeMin, Duration longEnough) {
        this(percentMin, readsPerNodeMin, longEnough, Duration.ZERO);
    }

    /// @param pause of calls of one function without an answer, those less than this apart count
    ///   once: who is refused at once tries again at once, and would count for all who wait
    Availability(int percentMin, long readsPerNodeMin, Duration longEnough, Duration pause) {
        this.pauseNanos = pause.toNanos();
        this.percentMin = percentMin;
        this.readsPerNodeMin = readsPerNodeMin;
        this.longEnough = longEnough;
    }

    /// The bars under faults, where some clients do nothing but read at one node.
    public static Availability ofReaders() {
        return new Availability(30, 100, Duration.ofSeconds(60), PAUSE);
    }

    /// The bars under faults, for all others.
    public static Availability ofCalls() {
        return new Availability(30, 0, Duration.ZERO, PAUSE);
    }

    @Override
    public String name() {
        return "availability";
    }

    @Override
    public Verdict check(History history) {
        Map<String, Tally> byFunction = new TreeMap<>();
        Map<String, Tally> byNode = new TreeMap<>();
        for (var op : history.ops()) {
            byFunction.computeIfAbsent(op.function(), _ -> new Tally()).add(op, pauseNanos);
            var asked = op.invoke().about();
            if (!asked.node().isEmpty() && !asked.mode().isEmpty()) {
                byNode.computeIfAbsent(asked.node(), _ -> new Tally()).add(op, pauseNanos);
            }
        }
        var findings = new Findings(name());
        byFunction.forEach((function, tally) -> judgeFunction(function, tally, findings));
        if (isLongEnough(history.events())) {
            byNode.forEach((node, tally) -> judgeNode(node, tally, findings));
        }
        return findings.verdict();
    }

    private void judgeFunction(String function, Tally tally, Findings findings) {
        findings.count(function + " calls", tally.calls);
        findings.count(function + " ok", tally.ok);
        findings.count(function + " unknown", tally.unknown);
        if (tally.calls >= CALLS_MIN && tally.answered * 100 < tally.counted() * percentMin) {
            findings.add(
                    "unavailable",
                    "%d of %d calls of %s were answered, less than %d %%"
                            .formatted(tally.answered, tally.counted(), function, percentMin),
                    List.of());
        }
    }

    private void judgeNode(String node, Tally tally, Findings findings) {
        findings.count("reads of " + node, tally.ok);
        if (tally.ok < readsPerNodeMin) {
            findings.add(
                    "unavailable",
                    "%d of %d reads of %s were answered, less than %d"
                            .formatted(tally.ok, tally.calls, node, readsPerNodeMin),
                    List.of());
        }
    }

    private boolean isLongEnough(List<Event> events) {
        return !events.isEmpty()
                && events.getLast().nanos() - events.getFirst().nanos() >= longEnough.toNanos();
    }

    private static final class Tally {

        private long calls;
        private long ok;
        private long unknown;
        private long answered;
        // Of the calls without an answer, those that count.
        private long unanswered;
        private long unansweredNanos = Long.MIN_VALUE / 2;

        void add(Op op, long pauseNanos) {
            calls++;
            ok += op.isOk() ? 1 : 0;
            unknown += op.isUnknown() ? 1 : 0;
            if (op.isOk() || isStoresNo(op)) {
                answered++;
            } else if (op.invoke().nanos() - unansweredNanos >= pauseNanos) {
                unanswered++;
                unansweredNanos = op.invoke().nanos();
            }
        }

        long counted() {
            return answered + unanswered;
        }

        private static boolean isStoresNo(Op op) {
            var completion = op.completion();
            var failure = completion == null ? null : completion.failure();
            if (op.type() != Event.Type.FAIL || failure == null) {
                return false;
            }
            return switch (failure.kind()) {
                case PRECONDITION, CONFLICT, REFUSED -> true;
                case NOT_SENT, TIMEOUT, DISCONNECTED, OVERLOAD -> false;
            };
        }
    }
}
