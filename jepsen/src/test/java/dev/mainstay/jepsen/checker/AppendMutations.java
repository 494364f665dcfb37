package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Story.list;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Changes of histories of lists. Those that answer an `Optional` make a strictly serializable
/// history into one that is not; they are empty if it has no place for the change.
final class AppendMutations {

    private AppendMutations() {}

    /// A read, and where in its transaction it is.
    private record Sight(Op op, int place, Object key, List<?> elements) {}

    private static List<?> micros(@Nullable Object value) {
        return (List<?>) Objects.requireNonNull(value);
    }

    private static List<Sight> sights(History history) {
        List<Sight> sights = new ArrayList<>();
        for (var op : history.ops()) {
            var micros = op.isOk() ? micros(op.value()) : List.of();
            for (int i = 0; i < micros.size(); i++) {
                var micro = micros(micros.get(i));
                if ("r".equals(micro.get(0))) {
                    var key = Objects.requireNonNull(micro.get(1));
                    sights.add(new Sight(op, i, key, micros(micro.get(2))));
                }
            }
        }
        return sights;
    }

    /// Who appended an element; elements are never used twice here.
    private static Map<Object, Op> writers(History history) {
        Map<Object, Op> writers = new HashMap<>();
        for (var op : history.ops()) {
            for (var each : micros(op.value())) {
                var micro = micros(each);
                if ("append".equals(micro.get(0))) {
                    writers.put(Objects.requireNonNull(micro.get(2)), op);
                }
            }
        }
        return writers;
    }

    private static <T> Optional<T> any(List<T> all, SplittableRandom random) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    private static History see(History history, Sight sight, List<?> elements) {
        var index = Objects.requireNonNull(sight.op().completion()).index();
        return Events.map(
                history,
                event -> {
                    if (event.index() != index) {
                        return event;
                    }
                    List<@Nullable Object> micros = new ArrayList<>(micros(event.value()));
                    micros.set(sight.place(), list("r", sight.key(), elements));
                    return Events.with(event, micros);
                });
    }

    /// A read of any other version of the key that anybody saw.
    static History anyOtherVersion(History history, SplittableRandom random) {
        var sights = sights(history);
        if (sights.isEmpty()) {
            return history;
        }
        var sight = sights.get(random.nextInt(sights.size()));
        var longest =
                sights.stream()
                        .filter(other -> other.key().equals(sight.key()))
                        .map(Sight::elements)
                        .reduce(List.of(), (a, b) -> a.size() >= b.size() ? a : b);
        return see(history, sight, longest.subList(0, random.nextInt(longest.size() + 1)));
    }

    private record Pair(Sight first, Sight second) {}

    /// Two reads of one key swap what they saw: the first then saw what was not yet begun.
    static Optional<History> swapReads(History history, SplittableRandom random) {
        var writers = writers(history);
        var pairs = new ArrayList<Pair>();
        var sights = sights(history);
        for (var second : sights) {
            if (second.elements().isEmpty()) {
                continue;
            }
            var writer = Objects.requireNonNull(writers.get(second.elements().getLast()));
            for (var first : sights) {
                if (first.key().equals(second.key()) && writer.begin() > first.op().end()) {
                    pairs.add(new Pair(first, second));
                }
            }
        }
        return any(pairs, random)
                .map(pair ->
                        see(
                                see(history, pair.first(), pair.second().elements()),
                                pair.second(),
                                pair.first().elements()));
    }

    /// An acknowledged append is missing from the reads of all others.
    static Optional<History> dropAppend(History history, SplittableRandom random) {
        var sights = sights(history);
        var seenLater = new ArrayList<Object>();
        writers(history)
                .forEach((element, writer) -> {
                    var isSeenLater =
                            sights.stream()
                                    .filter(sight -> sight.op().begin() > writer.end())
                                    .anyMatch(s -> s.elements().contains(element));
                    if (writer.isOk() && isSeenLater) {
                        seenLater.add(element);
                    }
                });
        return any(seenLater.stream().sorted().toList(), random)
                .map(element ->
                        reads(
                                history,
                                (key, elements) ->
                                        elements.stream()
                                                .filter(each -> !element.equals(each))
                                                .toList()));
    }

    /// All acknowledged reads, changed.
    private static History reads(History history, BiFunction<Object, List<?>, List<?>> change) {
        return Events.map(
                history,
                event -> {
                    if (event.type() != Event.Type.OK) {
                        return event;
                    }
                    List<@Nullable Object> micros = new ArrayList<>();
                    for (var each : micros(event.value())) {
                        var micro = micros(each);
                        var key = Objects.requireNonNull(micro.get(1));
                        micros.add(
                                "r".equals(micro.get(0))
                                        ? list("r", key, change.apply(key, micros(micro.get(2))))
                                        : micro);
                    }
                    return Events.with(event, micros);
                });
    }

    private record Race(Op writer, Op reader) {}

    /// An append, during which a read did not see it, is acknowledged before that read begins.
    static Optional<History> endEarlier(History history, SplittableRandom random) {
        var races = new ArrayList<Race>();
        var sights = sights(history);
        for (var writer : history.ops()) {
            for (var sight : writer.isOk() ? sights : List.<Sight>of()) {
                if (writer.begin() < sight.op().begin()
                        && sight.op().begin() < writer.end()
                        && misses(sight, writer)) {
                    races.add(new Race(writer, sight.op()));
                }
            }
        }
        return any(races, random)
                .map(race -> Events.endEarlier(history, race.writer(), race.reader().invoke()));
    }

    private static boolean misses(Sight sight, Op writer) {
        for (var each : micros(writer.value())) {
            var micro = micros(each);
            if ("append".equals(micro.get(0))
                    && sight.key().equals(micro.get(1))
                    && !sight.elements().contains(micro.get(2))) {
                return true;
            }
        }
        return false;
    }

    /// A transaction of which an append was seen by another is said to have failed.
    static Optional<History> failAppend(History history, SplittableRandom random) {
        var writers = writers(history);
        var seen = new ArrayList<Op>();
        for (var sight : sights(history)) {
            for (var element : sight.elements()) {
                var writer = Objects.requireNonNull(writers.get(element));
                if (writer.isOk() && writer.begin() != sight.op().begin()) {
                    seen.add(writer);
                }
            }
        }
        return any(seen, random)
                .map(writer -> {
                    var end = Objects.requireNonNull(writer.completion());
                    var failed = Events.failed(end, writer.invoke().value());
                    return Events.replace(history, end, failed);
                });
    }
}
