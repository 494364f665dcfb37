package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Registers with a name each: `read [key, value]`, `write [key, value]`, `cas [key, [old, new]]`.
///
/// An absent value is 0. A read in another mode than `strict` promises something else and is left
/// out.
///
/// Calls of unknown outcome make the search costly, so as few as possible are kept: if nobody can
/// have seen its value, it does not matter whether one happened. (One that was seen needs no end of
/// its own: who saw it cannot be placed before it.)
public final class RegisterModel implements Model {

    private static final int ABSENT = 0;

    private sealed interface RegisterStep extends Step {}

    private record Read(int sees) implements RegisterStep {
        @Override
        public int from(int state) {
            return state == sees ? state : IMPOSSIBLE;
        }

        @Override
        public int brings() {
            return IMPOSSIBLE;
        }
    }

    private record Write(int brings) implements RegisterStep {
        @Override
        public int from(int state) {
            return brings;
        }

        @Override
        public int sees() {
            return IMPOSSIBLE;
        }
    }

    /// Its outcome may be unknown: without effect it need not be in the order at all.
    private record Swap(int sees, int brings) implements RegisterStep {
        @Override
        public int from(int state) {
            return state == sees ? brings : IMPOSSIBLE;
        }
    }

    /// A comparison that did not hold.
    private record Mismatch(int old) implements RegisterStep {
        @Override
        public int from(int state) {
            return state == old ? IMPOSSIBLE : state;
        }

        @Override
        public int sees() {
            return IMPOSSIBLE;
        }

        @Override
        public int brings() {
            return IMPOSSIBLE;
        }
    }

    @Override
    public Object part(Op op) {
        return element(op.value(), 0);
    }

    @Override
    public int initial() {
        return ABSENT;
    }

    @Override
    public List<Call> calls(List<Op> ops) {
        Map<Object, Integer> states = new HashMap<>();
        states.put(0L, ABSENT);
        List<Call> calls = new ArrayList<>();
        for (var op : ops) {
            var step = step(op, states);
            if (step != null) {
                calls.add(new Call(op, op.begin(), op.end(), step));
            }
        }
        return pruned(calls);
    }

    private static @Nullable RegisterStep step(Op op, Map<Object, Integer> states) {
        return switch (op.function()) {
            case "read" -> {
                var mode = op.about().mode();
                yield op.isOk() && (mode.isEmpty() || mode.equals("strict"))
                        ? new Read(state(element(op.value(), 1), states))
                        : null;
            }
            case "write" ->
                    hadNoEffect(op) ? null : new Write(state(element(op.value(), 1), states));
            case "cas" -> {
                var swap = element(op.value(), 1);
                int old = state(element(swap, 0), states);
                if (hadNoEffect(op)) {
                    yield isMismatch(op) ? new Mismatch(old) : null;
                }
                yield new Swap(old, state(element(swap, 1), states));
            }
            default -> throw new IllegalArgumentException("not of a register: " + op.invoke());
        };
    }

    private static boolean hadNoEffect(Op op) {
        return op.type() == Event.Type.FAIL;
    }

    private static boolean isMismatch(Op op) {
        var completion = op.completion();
        return completion != null
                && completion.failure() != null
                && completion.failure().kind() == Failure.Kind.PRECONDITION;
    }

    private static Object element(@Nullable Object value, int index) {
        if (value instanceof List<?> list && list.size() > index) {
            var element = list.get(index);
            if (element != null) {
                return element;
            }
        }
        throw new IllegalArgumentException("not of a register: " + value + "[" + index + "]");
    }

    private static int state(Object value, Map<Object, Integer> states) {
        return states.computeIfAbsent(value, _ -> states.size());
    }

    private static List<Call> pruned(List<Call> calls) {
        var kept = calls;
        while (true) {
            // A swap that is left out has not seen anything. So again, until nothing changes.
            var next = prunedOnce(kept);
            if (next.size() == kept.size()) {
                return kept;
            }
            kept = next;
        }
    }

    private static List<Call> prunedOnce(List<Call> calls) {
        Set<Integer> seen = new HashSet<>();
        long lastMismatch = -1;
        for (var call : calls) {
            seen.add(call.step().sees());
            if (call.step() instanceof Mismatch) {
                lastMismatch = Math.max(lastMismatch, call.end());
            }
        }
        List<Call> kept = new ArrayList<>();
        for (var call : calls) {
            // It may be what made a comparison fail.
            boolean isNeeded = seen.contains(call.step().brings()) || lastMismatch > call.begin();
            if (!call.op().isUnknown() || isNeeded) {
                kept.add(call);
            }
        }
        return kept;
    }

    /// Nobody kept may have seen what is gone, and between what is gone and a comparison that
    /// failed afterwards there must be another write: it hides the difference.
    @Override
    public boolean mayGo(List<Call> kept, Set<Call> gone) {
        Set<Integer> seen = new HashSet<>();
        List<Call> mismatches = new ArrayList<>();
        for (var call : kept) {
            seen.add(call.step().sees());
            if (call.step() instanceof Mismatch) {
                mismatches.add(call);
            }
        }
        for (var call : gone) {
            int value = call.step().brings();
            if (value != IMPOSSIBLE
                    && (seen.contains(value)
                            || !mismatches.stream()
                                    .allMatch(mismatch -> isHidden(call, mismatch, kept)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHidden(Call call, Call mismatch, List<Call> kept) {
        if (mismatch.end() < call.begin()) {
            return true;
        }
        for (var other : kept) {
            if (!other.step().isObservation()
                    && call.end() < other.begin()
                    && other.end() < mismatch.begin()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String tell(Call call) {
        var value = call.op().value();
        boolean isKnown = !call.op().isUnknown();
        return switch ((RegisterStep) call.step()) {
            case Read _ -> "read " + element(value, 1);
            case Write _ -> (isKnown ? "wrote " : "maybe wrote ") + element(value, 1);
            case Swap _ -> (isKnown ? "replaced " : "maybe replaced ") + swap(value, " by ");
            case Mismatch _ -> "did not replace " + swap(value, " by ") + ": it was another";
        };
    }

    private static String swap(@Nullable Object value, String by) {
        var swap = element(value, 1);
        return element(swap, 0) + by + element(swap, 1);
    }
}
