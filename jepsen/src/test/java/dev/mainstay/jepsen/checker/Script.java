package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A history written by hand, line by line. Time goes on by a millisecond with each event.
final class Script {

    private final List<Event> events = new ArrayList<>();
    private final Map<Long, Event> open = new HashMap<>();
    private long nanos;

    static Object tree(@Nullable Object... items) {
        return Arrays.<@Nullable Object>asList(items);
    }

    /// Later events come at this many milliseconds, or after.
    Script at(long millis) {
        nanos = Math.max(nanos, millis * 1_000_000);
        return this;
    }

    Script invoke(long process, String function, @Nullable Object value, About about) {
        open.put(process, add(process, Event.Type.INVOKE, function, value, null, about));
        return this;
    }

    Script invoke(long process, String function, @Nullable Object value) {
        return invoke(process, function, value, About.NOTHING);
    }

    /// The answer to the process's open call.
    Script ok(long process, @Nullable Object value, long revision) {
        var invoke = end(process);
        var about = invoke.about().at(revision, invoke.about().term());
        add(process, Event.Type.OK, invoke.function(), value, null, about);
        return this;
    }

    Script fail(long process, Failure.Kind kind) {
        return without(process, Event.Type.FAIL, kind);
    }

    Script info(long process) {
        return without(process, Event.Type.INFO, Failure.Kind.TIMEOUT);
    }

    /// A call that is over before anything else happens.
    Script call(String function, @Nullable Object value, About about) {
        invoke(1_000, function, value, about);
        return ok(1_000, value, about.revision());
    }

    Script call(String function, @Nullable Object value) {
        return call(function, value, About.NOTHING);
    }

    /// @param evidence what is told at its end
    Script fault(String kind, @Nullable Object evidence) {
        add(Event.NEMESIS, Event.Type.INVOKE, kind, null, null, FAULT);
        add(Event.NEMESIS, Event.Type.INFO, kind, evidence, null, FAULT);
        return this;
    }

    History history() {
        return new History(events);
    }

    /// A copy in which each event that `which` picks is changed.
    static History changed(History history, Predicate<Event> which, UnaryOperator<Event> change) {
        return new History(
                history.events().stream()
                        .map(event -> which.test(event) ? change.apply(event) : event)
                        .toList());
    }

    static Event withValue(Event event, @Nullable Object value) {
        return new Event(
                event.index(),
                event.nanos(),
                event.process(),
                event.type(),
                event.workload(),
                event.function(),
                value,
                event.failure(),
                event.about());
    }

    static Event withRevision(Event event, long revision) {
        return new Event(
                event.index(),
                event.nanos(),
                event.process(),
                event.type(),
                event.workload(),
                event.function(),
                event.value(),
                event.failure(),
                event.about().at(revision, event.about().term()));
    }

    static Event withType(Event event, Event.Type type, Failure.Kind kind) {
        return new Event(
                event.index(),
                event.nanos(),
                event.process(),
                type,
                event.workload(),
                event.function(),
                event.value(),
                new Failure(kind, ""),
                event.about());
    }

    private static final About FAULT = About.NOTHING.at(0, 1);

    private Script without(long process, Event.Type type, Failure.Kind kind) {
        var invoke = end(process);
        var failure = new Failure(kind, "");
        add(process, type, invoke.function(), invoke.value(), failure, invoke.about());
        return this;
    }

    private Event end(long process) {
        var invoke = open.remove(process);
        if (invoke == null) {
            throw new IllegalStateException("no open call of " + process);
        }
        return invoke;
    }

    private Event add(
            long process,
            Event.Type type,
            String function,
            @Nullable Object value,
            @Nullable Failure failure,
            About about) {
        var event =
                new Event(
                        events.size(),
                        nanos,
                        process,
                        type,
                        "test",
                        function,
                        value,
                        failure,
                        about);
        events.add(event);
        nanos += 1_000_000;
        return event;
    }
}
