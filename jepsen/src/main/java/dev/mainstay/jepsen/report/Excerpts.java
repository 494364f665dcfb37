package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Op;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The calls that anomalies are made of, picked out of a history that need not fit in memory.
/// Filled with the events in their order, then read; for one thread.
public final class Excerpts implements Consumer<Event> {

    private record Who(long process, long fault) {}

    private final Set<Long> wanted = new HashSet<>();
    private final Map<Who, Event> open = new HashMap<>();
    // By the index of the invocation.
    private final Map<Long, Op> found = new TreeMap<>();

    public Excerpts(Collection<Anomaly> anomalies) {
        anomalies.forEach(anomaly -> wanted.addAll(anomaly.events()));
    }

    @Override
    public void accept(Event event) {
        if (wanted.isEmpty()) {
            return;
        }
        var isFault = event.process() == Event.NEMESIS;
        var who = new Who(event.process(), isFault ? event.about().term() : 0);
        if (!event.isCompletion()) {
            open.put(who, event);
            keep(event, null);
        } else {
            var invoke = open.remove(who);
            if (invoke != null) {
                keep(invoke, event);
            }
        }
    }

    private void keep(Event invoke, @Nullable Event completion) {
        if (wanted.contains(invoke.index())
                || (completion != null && wanted.contains(completion.index()))) {
            found.put(invoke.index(), new Op(invoke, completion));
        }
    }

    /// The calls of one anomaly, in the order of their invocations.
    List<Op> of(Anomaly anomaly) {
        var events = Set.copyOf(anomaly.events());
        return found.values().stream()
                .filter(op -> {
                    var completion = op.completion();
                    return events.contains(op.invoke().index())
                            || (completion != null && events.contains(completion.index()));
                })
                .toList();
    }
}
