package dev.mainstay.jepsen.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A finished history: events in the order of their index.
public record History(List<Event> events) {

    public History {
        events = List.copyOf(events);
    }

    /// The events of one workload, indexes kept.
    public History of(String workload) {
        return new History(
                events.stream().filter(event -> event.workload().equals(workload)).toList());
    }

    /// The calls of all clients, in the order of their invocations; faults are left out.
    public List<Op> ops() {
        return pairs(false);
    }

    /// The faults: from begin to healed.
    public List<Op> faults() {
        return pairs(true);
    }

    private List<Op> pairs(boolean ofNemesis) {
        Map<Long, Integer> open = new HashMap<>();
        List<Op> ops = new ArrayList<>();
        for (var event : events) {
            if ((event.process() == Event.NEMESIS) != ofNemesis) {
                continue;
            }
            // Faults overlap, and each is told apart by its name and targets; clients have one
            // call at a time.
            var who = ofNemesis ? faultKey(event) : event.process();
            if (!event.isCompletion()) {
                open.put(who, ops.size());
                ops.add(new Op(event, null));
            } else {
                var at = open.remove(who);
                if (at == null) {
                    throw new IllegalArgumentException("completes nothing: " + event);
                }
                ops.set(at, new Op(ops.get(at).invoke(), event));
            }
        }
        return List.copyOf(ops);
    }

    // The nemesis carries the number of the fault in `term`, which a fault does not have.
    private static long faultKey(Event event) {
        return event.about().term();
    }
}
