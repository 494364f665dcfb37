package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Isolation of a few transactions by trying every order. Shares nothing with the checker.
final class AppendOracle {

    private AppendOracle() {}

    private static List<Op> mayHaveHappened(History history) {
        return history.ops().stream().filter(op -> op.type() != Event.Type.FAIL).toList();
    }

    private static List<?> micros(Op op) {
        return (List<?>) Objects.requireNonNull(op.value());
    }

    static boolean isSerializable(History history, boolean isStrict) {
        return isSerializable(mayHaveHappened(history), new HashMap<>(), isStrict);
    }

    private static boolean isSerializable(
            List<Op> left, Map<Object, List<Object>> state, boolean isStrict) {
        if (left.stream().allMatch(Op::isUnknown)) {
            return true;
        }
        for (var op : left) {
            if (isStrict && left.stream().anyMatch(other -> other.end() < op.begin())) {
                continue;
            }
            var after = run(op, state);
            if (after == null) {
                continue;
            }
            var rest = new ArrayList<>(left);
            rest.remove(op);
            if (isSerializable(rest, after, isStrict)) {
                return true;
            }
        }
        return false;
    }

    /// The state as the transaction leaves it; null if it saw something else.
    private static @Nullable Map<Object, List<Object>> run(Op op, Map<Object, List<Object>> state) {
        Map<Object, List<Object>> after = new HashMap<>(state);
        for (var each : micros(op)) {
            var micro = (List<?>) Objects.requireNonNull(each);
            var key = Objects.requireNonNull(micro.get(1));
            var now = after.getOrDefault(key, List.of());
            if ("append".equals(micro.get(0))) {
                var longer = new ArrayList<>(now);
                longer.add(Objects.requireNonNull(micro.get(2)));
                after.put(key, longer);
            } else if (op.isOk() && !now.equals(micro.get(2))) {
                return null;
            }
        }
        return after;
    }

    private record Committed(Op op, int place) {}

    /// Every transaction begins on the state as of some commit, and commits if no other has
    /// committed an append to a key of its own since.
    static boolean isSnapshot(History history) {
        List<Map<Object, List<Object>>> states = new ArrayList<>();
        states.add(new HashMap<>());
        return isSnapshot(mayHaveHappened(history), states, new ArrayList<>());
    }

    private static boolean isSnapshot(
            List<Op> left, List<Map<Object, List<Object>>> states, List<Committed> done) {
        if (left.stream().allMatch(Op::isUnknown)) {
            return true;
        }
        for (var op : left) {
            for (int begin = 0; begin < states.size(); begin++) {
                if (run(op, states.get(begin)) == null || conflicts(op, begin, done)) {
                    continue;
                }
                var rest = new ArrayList<>(left);
                rest.remove(op);
                // Its keys are as they were at its beginning; the others may be newer.
                states.add(commit(op, states.getLast()));
                done.add(new Committed(op, done.size()));
                boolean isPossible = isSnapshot(rest, states, done);
                states.removeLast();
                done.removeLast();
                if (isPossible) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean conflicts(Op op, int begin, List<Committed> done) {
        var keys = appendedKeys(op);
        return done.stream()
                .filter(other -> other.place() >= begin)
                .anyMatch(other -> appendedKeys(other.op()).stream().anyMatch(keys::contains));
    }

    private static Set<Object> appendedKeys(Op op) {
        Set<Object> keys = new HashSet<>();
        for (var each : micros(op)) {
            var micro = (List<?>) Objects.requireNonNull(each);
            if ("append".equals(micro.get(0))) {
                keys.add(Objects.requireNonNull(micro.get(1)));
            }
        }
        return keys;
    }

    private static Map<Object, List<Object>> commit(Op op, Map<Object, List<Object>> state) {
        Map<Object, List<Object>> after = new HashMap<>(state);
        for (var each : micros(op)) {
            var micro = (List<?>) Objects.requireNonNull(each);
            if ("append".equals(micro.get(0))) {
                var key = Objects.requireNonNull(micro.get(1));
                var longer = new ArrayList<>(after.getOrDefault(key, List.of()));
                longer.add(Objects.requireNonNull(micro.get(2)));
                after.put(key, longer);
            }
        }
        return after;
    }

    /// Whether at most one transaction per key appended what nobody read.
    static boolean isEverythingSeen(History history) {
        Set<Object> seen = new HashSet<>();
        for (var op : history.ops()) {
            for (var each : op.isOk() ? micros(op) : List.of()) {
                var micro = (List<?>) Objects.requireNonNull(each);
                if ("r".equals(micro.get(0))) {
                    for (var element : (List<?>) Objects.requireNonNull(micro.get(2))) {
                        seen.add(Objects.requireNonNull(element));
                    }
                }
            }
        }
        Set<Object> unseenKeys = new HashSet<>();
        for (var op : mayHaveHappened(history)) {
            Set<Object> keys = new HashSet<>();
            for (var each : micros(op)) {
                var micro = (List<?>) Objects.requireNonNull(each);
                if ("append".equals(micro.get(0)) && !seen.contains(micro.get(2))) {
                    keys.add(Objects.requireNonNull(micro.get(1)));
                }
            }
            for (var key : keys) {
                if (!unseenKeys.add(key)) {
                    return false;
                }
            }
        }
        return true;
    }
}
