package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Linearizability of one register by trying every order. Shares nothing with the checker.
final class RegisterOracle {

    private RegisterOracle() {}

    static boolean isPossible(History history) {
        var ops = new ArrayList<Op>();
        for (var op : history.ops()) {
            boolean isUnseenRead = op.function().equals("read") && !op.isOk();
            if (!isUnseenRead && (op.isOk() || op.isUnknown() || isMismatch(op))) {
                ops.add(op);
            }
        }
        return isPossible(ops, 0);
    }

    private static boolean isMismatch(Op op) {
        var completion = Objects.requireNonNull(op.completion());
        return Objects.requireNonNull(completion.failure()).kind() == Failure.Kind.PRECONDITION;
    }

    private static boolean isPossible(List<Op> unplaced, long state) {
        if (unplaced.stream().allMatch(Op::isUnknown)) {
            return true;
        }
        for (var op : unplaced) {
            if (unplaced.stream().anyMatch(other -> other.end() < op.begin())) {
                continue;
            }
            var rest = new ArrayList<>(unplaced);
            rest.remove(op);
            if (isPossible(op, rest, state)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPossible(Op op, List<Op> rest, long state) {
        var argument = ((List<?>) Objects.requireNonNull(op.value())).get(1);
        return switch (argument) {
            case List<?> swap -> {
                boolean isEqual = state == (Long) swap.get(0);
                if (!op.isOk() && !op.isUnknown()) {
                    yield !isEqual && isPossible(rest, state);
                }
                yield isEqual && isPossible(rest, (Long) swap.get(1));
            }
            case Long value when op.function().equals("read") ->
                    state == value && isPossible(rest, state);
            case Long value -> isPossible(rest, value);
            default -> throw new AssertionError(argument);
        };
    }
}
