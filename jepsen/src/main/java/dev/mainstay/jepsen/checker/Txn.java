package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A transaction over lists: `[["r", key, elements], ["append", key, element], …]`.
///
/// @param id its place among all of the history
/// @param micros in their order; of a transaction that did not end well, the appends only
record Txn(int id, Op op, List<Micro> micros) {

    sealed interface Micro {
        Object key();
    }

    record Read(Object key, List<?> elements) implements Micro {

        @Nullable Object last() {
            return elements.isEmpty() ? null : elements.getLast();
        }
    }

    record Append(Object key, Object element) implements Micro {}

    static Txn of(int id, Op op) {
        if (!op.function().equals("txn") || !(op.value() instanceof List<?> value)) {
            throw new IllegalArgumentException("no transaction over lists: " + op);
        }
        List<Micro> micros = new ArrayList<>();
        for (var element : value) {
            if (!(element instanceof List<?> micro) || micro.size() != 3) {
                throw new IllegalArgumentException("no transaction over lists: " + op);
            }
            var key = Objects.requireNonNull(micro.get(1));
            var argument = micro.get(2);
            switch (String.valueOf(micro.get(0))) {
                case "append" -> micros.add(new Append(key, Objects.requireNonNull(argument)));
                case "r" -> {
                    if (op.isOk()) {
                        micros.add(new Read(key, (List<?>) Objects.requireNonNull(argument)));
                    }
                }
                default -> throw new IllegalArgumentException("no such micro-operation: " + micro);
            }
        }
        return new Txn(id, op, List.copyOf(micros));
    }

    boolean isOk() {
        return op.isOk();
    }

    boolean isAborted() {
        return op.type() == Event.Type.FAIL;
    }

    List<Read> reads() {
        List<Read> reads = new ArrayList<>();
        for (var micro : micros) {
            if (micro instanceof Read read) {
                reads.add(read);
            }
        }
        return reads;
    }

    List<Append> appends() {
        List<Append> appends = new ArrayList<>();
        for (var micro : micros) {
            if (micro instanceof Append append) {
                appends.add(append);
            }
        }
        return appends;
    }
}
