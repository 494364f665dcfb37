package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Story.list;

import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Changes that make a linearizable history of registers, whose values are written once, into one
/// that is not. Empty if the history has no place for the change.
final class RegisterMutations {

    private RegisterMutations() {}

    private static Object key(Op op) {
        return Objects.requireNonNull(((List<?>) Objects.requireNonNull(op.value())).get(0));
    }

    private static Object argument(Op op) {
        return Objects.requireNonNull(((List<?>) Objects.requireNonNull(op.value())).get(1));
    }

    private static List<Op> reads(History history) {
        return history.ops().stream()
                .filter(op -> op.isOk() && op.function().equals("read"))
                .toList();
    }

    /// Writers of values, by key and value; what failed is none.
    private static Map<Object, Op> writers(History history) {
        Map<Object, Op> writers = new HashMap<>();
        for (var op : history.ops()) {
            if (!op.function().equals("read") && (op.isOk() || op.isUnknown())) {
                var value = argument(op) instanceof List<?> swap ? swap.get(1) : argument(op);
                writers.put(list(key(op), value), op);
            }
        }
        return writers;
    }

    private static @Nullable Op writer(Map<Object, Op> writers, Op read) {
        return writers.get(Objects.requireNonNull(read.value()));
    }

    private static <T> Optional<T> any(List<T> all, SplittableRandom random) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    private record Pair(Op first, Op second) {}

    /// Two reads of one key swap what they saw: the first then saw what was not yet being written.
    static Optional<History> swapReads(History history, SplittableRandom random) {
        var writers = writers(history);
        var pairs = new ArrayList<Pair>();
        var reads = reads(history);
        for (var second : reads) {
            var writer = writer(writers, second);
            if (writer == null) {
                continue;
            }
            for (var first : reads) {
                if (key(first).equals(key(second)) && first.end() < writer.begin()) {
                    pairs.add(new Pair(first, second));
                }
            }
        }
        return any(pairs, random).map(pair -> swap(history, pair));
    }

    private static History swap(History history, Pair pair) {
        var first = Objects.requireNonNull(pair.first().completion());
        var second = Objects.requireNonNull(pair.second().completion());
        var changed = Events.replace(history, first, Events.with(first, second.value()));
        return Events.replace(changed, second, Events.with(second, first.value()));
    }

    /// A read sees what was there before an acknowledged write.
    static Optional<History> dropWrite(History history, SplittableRandom random) {
        var writers = writers(history);
        var reads =
                reads(history).stream()
                        .filter(read -> {
                            var writer = writer(writers, read);
                            return writer != null && writer.end() < read.begin();
                        })
                        .toList();
        return any(reads, random)
                .map(read -> {
                    var end = Objects.requireNonNull(read.completion());
                    return Events.replace(history, end, Events.with(end, list(key(read), 0L)));
                });
    }

    /// A write, during which a read saw an older value, is acknowledged before that read begins.
    static Optional<History> endEarlier(History history, SplittableRandom random) {
        var writers = writers(history);
        var pairs = new ArrayList<Pair>();
        for (var read : reads(history)) {
            var old = writer(writers, read);
            for (var write : writers.values()) {
                if (write.isOk()
                        && old != null
                        && key(write).equals(key(read))
                        && old.end() < write.begin()
                        && write.begin() < read.begin()
                        && read.begin() < write.end()) {
                    pairs.add(new Pair(write, read));
                }
            }
        }
        return any(pairs, random)
                .map(p -> Events.endEarlier(history, p.first(), p.second().invoke()));
    }

    /// A write that was seen is said to have failed.
    static Optional<History> failWrite(History history, SplittableRandom random) {
        var writers = writers(history);
        var seen =
                reads(history).stream()
                        .map(read -> Optional.ofNullable(writer(writers, read)))
                        .flatMap(Optional::stream)
                        .filter(Op::isOk)
                        .toList();
        return any(seen, random)
                .map(write -> {
                    var end = Objects.requireNonNull(write.completion());
                    return Events.replace(history, end, Events.failed(end, write.invoke().value()));
                });
    }
}
