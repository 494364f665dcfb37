package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.checker.Model.Call;
import dev.mainstay.jepsen.history.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Makes an impossible history of one part small, so that a reader sees why it is impossible. Used
/// once, by one thread.
///
/// What it leaves out, it leaves out by the leave of [Model#mayGo]: if the small history is
/// impossible, so is the large one, for the same reason.
final class Shrinking {

    private static final Duration AT_MOST = Duration.ofSeconds(5);
    private static final Duration PER_SEARCH = Duration.ofMillis(500);

    private final Model model;
    private final long deadlineNanos = System.nanoTime() + AT_MOST.toNanos();
    private List<Call> calls;

    Shrinking(Model model, List<Call> calls) {
        this.model = model;
        this.calls = calls;
    }

    List<Call> run() {
        cutTail();
        int chunk = Integer.highestOneBit(Math.max(1, calls.size()));
        while (isInTime()) {
            int size = calls.size();
            leaveOut(chunk);
            if (chunk > 1) {
                chunk /= 2;
            } else if (calls.size() == size) {
                break;
            }
        }
        return calls;
    }

    /// The shortest beginning that is impossible. Beginnings of a possible history are possible.
    private void cutTail() {
        var ends = calls.stream().map(Call::end).sorted().distinct().toList();
        int possible = -1;
        int impossible = ends.size() - 1;
        while (impossible - possible > 1 && isInTime()) {
            int middle = (possible + impossible) >>> 1;
            if (isImpossible(upTo(ends.get(middle)))) {
                impossible = middle;
            } else {
                possible = middle;
            }
        }
        if (impossible >= 0) {
            calls = new ArrayList<>(upTo(ends.get(impossible)));
            leaveOutIdle(calls);
        }
    }

    private List<Call> upTo(long place) {
        return calls.stream()
                .filter(call -> call.begin() < place)
                .map(call -> call.asOf(place))
                // What had not ended by then has seen nothing yet.
                .filter(call -> call.end() <= place || !call.step().isObservation())
                .toList();
    }

    /// Observations first: a write can go only after all who saw it.
    private void leaveOut(int chunk) {
        for (int i = 0; i < 2; i++) {
            boolean observations = i == 0;
            var candidates =
                    calls.stream()
                            .filter(call -> call.step().isObservation() == observations)
                            .sorted(Comparator.comparingLong(Call::begin))
                            .toList();
            for (int from = 0; from < candidates.size() && isInTime(); from += chunk) {
                int to = Math.min(candidates.size(), from + chunk);
                leaveOut(new HashSet<>(candidates.subList(from, to)));
            }
        }
    }

    private void leaveOut(Set<Call> gone) {
        List<Call> kept = new ArrayList<>(calls);
        kept.removeIf(gone::contains);
        if (kept.size() < calls.size() && model.mayGo(kept, gone)) {
            leaveOutIdle(kept);
            if (isImpossible(kept)) {
                calls = kept;
            }
        }
    }

    /// Calls that need not have happened, and whose effect nobody can have seen any more. Without
    /// them an impossible history stays impossible, and the search is quick.
    private void leaveOutIdle(List<Call> kept) {
        for (var call : List.copyOf(kept)) {
            if (call.end() == Op.NEVER) {
                kept.remove(call);
                if (!model.mayGo(kept, Set.of(call))) {
                    kept.add(call);
                }
            }
        }
        kept.sort(Comparator.comparingLong(Call::begin));
    }

    private boolean isInTime() {
        return System.nanoTime() - deadlineNanos < 0;
    }

    private boolean isImpossible(List<Call> some) {
        var deadline = System.nanoTime() + PER_SEARCH.toNanos();
        return new Search(some, model.initial(), deadline).run() == Search.Result.IMPOSSIBLE;
    }
}
