package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.checker.Model.Call;
import dev.mainstay.jepsen.checker.Model.Step;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/// Looks for an order of calls that explains what they saw: Wing and Gong's search, with Lowe's
/// memory of what was tried. Used once, by one thread.
///
/// A call may be next if no other that is not yet placed had ended before it began. Placed calls
/// are lifted out of a list of beginnings and ends, so what may be next stands before the first
/// end. An observation that fits is placed at once and for good: it changes nothing, and stands in
/// nobody's way. A call that would leave a state which others must still see, and which nobody can
/// bring back, is not tried: with values that are written once this decides nearly everything.
///
/// What was tried is remembered as 128 random bits per set of placed calls and state, so a false
/// "impossible" by chance is out of the question before the sun goes out.
final class Search {

    enum Result {
        POSSIBLE,
        IMPOSSIBLE,
        OVERDUE
    }

    private static final int HEAD = 0;
    private static final int TRIES_PER_LOOK_AT_CLOCK = 1024;

    private final List<Call> calls;
    private final int count;
    private final int initial;
    private final long deadlineNanos;
    // Beginnings are 1..count, ends follow; HEAD closes the ring.
    private final int[] next;
    private final int[] previous;
    private final Step[] steps;
    private final boolean[] isObservation;
    private final long[] mark1;
    private final long[] mark2;
    private final Tried tried = new Tried();
    // What is placed, in order, and the state before each.
    private final int[] placed;
    private final int[] before;
    private final BitSet endless = new BitSet();
    // By state: how many unplaced calls happen there and nowhere else, and how many lead there.
    private final int[] mustSee;
    private final int[] canBring;
    private int placedCount;
    private int unplacedEnds;
    private long placed1;
    private long placed2;
    private int[] longest = new int[0];
    private boolean keepsLongest;

    Search(List<Call> calls, int initial, long deadlineNanos) {
        this.calls = calls;
        this.count = calls.size();
        this.initial = initial;
        this.deadlineNanos = deadlineNanos;
        next = new int[2 * count + 1];
        previous = new int[2 * count + 1];
        steps = new Step[count];
        isObservation = new boolean[count];
        mark1 = new long[count];
        mark2 = new long[count];
        placed = new int[count];
        before = new int[count];
        // The same seed always: the same history takes the same way.
        var random = new SplittableRandom(count);
        for (int i = 0; i < count; i++) {
            steps[i] = calls.get(i).step();
            isObservation[i] = steps[i].isObservation();
            mark1[i] = random.nextLong();
            mark2[i] = random.nextLong();
        }
        link();
        int states = initial + 1;
        for (var step : steps) {
            states = Math.max(states, Math.max(step.sees(), step.brings()) + 1);
        }
        mustSee = new int[states];
        canBring = new int[states];
        for (int i = 0; i < count; i++) {
            count(i, 1);
        }
    }

    /// Keeps the two counts of unplaced calls.
    private void count(int call, int difference) {
        var step = steps[call];
        if (step.sees() != Model.IMPOSSIBLE && !endless.get(call)) {
            mustSee[step.sees()] += difference;
        }
        if (step.brings() != Model.IMPOSSIBLE) {
            canBring[step.brings()] += difference;
        }
    }

    /// The longest order tried; for explanations of small histories.
    List<Call> longest() {
        return Arrays.stream(longest).mapToObj(calls::get).toList();
    }

    Search keepingLongest() {
        keepsLongest = true;
        return this;
    }

    private void link() {
        // Sorted by place; no two calls begin at one place, and of ends at one place the order
        // does not matter.
        List<long[]> entries = new ArrayList<>(2 * count);
        for (int i = 0; i < count; i++) {
            var call = calls.get(i);
            entries.add(new long[] {call.begin(), i + 1});
            if (call.end() == Op.NEVER) {
                endless.set(i);
            } else {
                entries.add(new long[] {call.end(), count + i + 1});
                unplacedEnds++;
            }
        }
        entries.sort((a, b) -> Long.compare(a[0], b[0]));
        int last = HEAD;
        for (var entry : entries) {
            int at = (int) entry[1];
            next[last] = at;
            previous[at] = last;
            last = at;
        }
        next[last] = HEAD;
        previous[HEAD] = last;
    }

    Result run() {
        int state = initial;
        placeObservations(state);
        int entry = next[HEAD];
        for (long tries = 1; unplacedEnds > 0; tries++) {
            if (tries % TRIES_PER_LOOK_AT_CLOCK == 0 && System.nanoTime() - deadlineNanos > 0) {
                return Result.OVERDUE;
            }
            if (entry == HEAD || entry > count) {
                rememberLongest();
                int call = takeBack();
                if (call < 0) {
                    return Result.IMPOSSIBLE;
                }
                state = before[placedCount];
                entry = next[call + 1];
                continue;
            }
            int call = entry - 1;
            int after = after(call, state);
            if (after != Model.IMPOSSIBLE
                    && tried.add(placed1 ^ mark1[call], placed2 ^ mark2[call], after)) {
                place(call, state);
                state = after;
                placeObservations(state);
                entry = next[HEAD];
            } else {
                entry = next[entry];
            }
        }
        return Result.POSSIBLE;
    }

    /// The state after a call that changes it; [Model#IMPOSSIBLE] if it leads nowhere.
    private int after(int call, int state) {
        if (isObservation[call]) {
            return Model.IMPOSSIBLE;
        }
        int after = steps[call].from(state);
        if (after == Model.IMPOSSIBLE || after == state) {
            return after;
        }
        count(call, -1);
        boolean isDeadEnd = mustSee[state] > 0 && canBring[state] == 0;
        count(call, 1);
        return isDeadEnd ? Model.IMPOSSIBLE : after;
    }

    /// One pass is enough: what is placed takes its own end away, so the pass goes on to the first
    /// end that stays.
    private void placeObservations(int state) {
        int entry = next[HEAD];
        while (entry != HEAD && entry <= count) {
            int call = entry - 1;
            int last = previous[entry];
            boolean fits = isObservation[call] && steps[call].from(state) == state;
            if (fits) {
                place(call, state);
            }
            entry = next[fits ? last : entry];
        }
    }

    private void place(int call, int state) {
        placed[placedCount] = call;
        before[placedCount++] = state;
        placed1 ^= mark1[call];
        placed2 ^= mark2[call];
        count(call, -1);
        unlink(call + 1);
        if (!endless.get(call)) {
            unlink(count + call + 1);
            unplacedEnds--;
        }
    }

    /// Takes back the last call that could have been another, and what was placed after it. -1 if
    /// there is none.
    private int takeBack() {
        while (placedCount > 0) {
            int call = placed[--placedCount];
            placed1 ^= mark1[call];
            placed2 ^= mark2[call];
            count(call, 1);
            if (!endless.get(call)) {
                relink(count + call + 1);
                unplacedEnds++;
            }
            relink(call + 1);
            if (!isObservation[call]) {
                return call;
            }
        }
        return -1;
    }

    private void unlink(int entry) {
        next[previous[entry]] = next[entry];
        previous[next[entry]] = previous[entry];
    }

    private void relink(int entry) {
        next[previous[entry]] = entry;
        previous[next[entry]] = entry;
    }

    private void rememberLongest() {
        if (keepsLongest && placedCount > longest.length) {
            longest = Arrays.copyOf(placed, placedCount);
        }
    }

    /// A set of triples, open addressing; when full it forgets to remember, which costs time only.
    private static final class Tried {

        private static final int SLOTS_MAX = 1 << 24;
        private static final long GOLDEN = 0x9E3779B97F4A7C15L;

        private long[] slots = new long[2 * 64];
        private int size;

        boolean add(long placed1, long placed2, int state) {
            long a = placed1 ^ (state + 1) * GOLDEN;
            // Zero means free.
            long b = placed2 == 0 ? 1 : placed2;
            if (3 * size > slots.length) {
                grow();
            }
            int at = find(slots, a, b);
            if (slots[at + 1] != 0) {
                return false;
            }
            if (size < SLOTS_MAX / 2) {
                slots[at] = a;
                slots[at + 1] = b;
                size++;
            }
            return true;
        }

        private static int find(long[] slots, long a, long b) {
            int mask = slots.length / 2 - 1;
            int at = (int) (((a ^ b) * GOLDEN) >>> 32) & mask;
            while (slots[2 * at + 1] != 0 && (slots[2 * at] != a || slots[2 * at + 1] != b)) {
                at = at + 1 & mask;
            }
            return 2 * at;
        }

        private void grow() {
            if (slots.length / 2 >= SLOTS_MAX) {
                return;
            }
            var larger = new long[2 * slots.length];
            for (int i = 0; i < slots.length; i += 2) {
                if (slots[i + 1] != 0) {
                    int at = find(larger, slots[i], slots[i + 1]);
                    larger[at] = slots[i];
                    larger[at + 1] = slots[i + 1];
                }
            }
            slots = larger;
        }
    }
}
