package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Small changes of finished histories.
final class Events {

    private Events() {}

    static Event with(Event event, @Nullable Object value) {
        return changed(event, event.type(), value, event.failure());
    }

    static Event failed(Event event, @Nullable Object value) {
        var failure = new Failure(Failure.Kind.NOT_SENT, "");
        return changed(event, Event.Type.FAIL, value, failure);
    }

    private static Event changed(
            Event event, Event.Type type, @Nullable Object value, @Nullable Failure failure) {
        return new Event(
                event.index(),
                event.nanos(),
                event.process(),
                type,
                event.workload(),
                event.function(),
                value,
                failure,
                event.about());
    }

    static History map(History history, UnaryOperator<Event> change) {
        return new History(history.events().stream().map(change).toList());
    }

    static History replace(History history, Event old, Event event) {
        return map(history, each -> each.index() == old.index() ? event : each);
    }

    /// The completion of `op` now comes just before the event `before`.
    static History endEarlier(History history, Op op, Event before) {
        var end = Objects.requireNonNull(op.completion());
        List<Event> events = new ArrayList<>(history.events());
        events.remove((int) end.index());
        events.add((int) before.index(), end);
        return renumbered(events);
    }

    private static History renumbered(List<Event> events) {
        List<Event> numbered = new ArrayList<>();
        for (var event : events) {
            numbered.add(
                    new Event(
                            numbered.size(),
                            numbered.size(),
                            event.process(),
                            event.type(),
                            event.workload(),
                            event.function(),
                            event.value(),
                            event.failure(),
                            event.about()));
        }
        return new History(numbered);
    }

    /// Everybody else than before.
    static Event withProcess(Event event, long process) {
        return new Event(
                event.index(),
                event.nanos(),
                process,
                event.type(),
                event.workload(),
                event.function(),
                event.value(),
                event.failure(),
                event.about());
    }
}
