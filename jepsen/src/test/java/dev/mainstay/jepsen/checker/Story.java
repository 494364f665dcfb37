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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A history told event by event.
final class Story {

    private final List<Event> events = new ArrayList<>();
    private final Map<Long, Event> open = new HashMap<>();
    private String mode = "";

    static List<@Nullable Object> list(@Nullable Object... elements) {
        return Arrays.asList(elements);
    }

    /// The calls from here on are made in this mode.
    Story mode(String newMode) {
        mode = newMode;
        return this;
    }

    Story invoke(long process, String function, @Nullable Object value) {
        add(process, Event.Type.INVOKE, function, value, null);
        open.put(process, events.getLast());
        return this;
    }

    Story ok(long process, @Nullable Object value) {
        add(process, Event.Type.OK, called(process).function(), value, null);
        return this;
    }

    /// With the value of the call.
    Story ok(long process) {
        var call = called(process);
        add(process, Event.Type.OK, call.function(), call.value(), null);
        return this;
    }

    Story fail(long process, Failure.Kind kind) {
        var call = called(process);
        add(process, Event.Type.FAIL, call.function(), call.value(), new Failure(kind, ""));
        return this;
    }

    Story info(long process) {
        var call = called(process);
        var failure = new Failure(Failure.Kind.TIMEOUT, "");
        add(process, Event.Type.INFO, call.function(), call.value(), failure);
        return this;
    }

    /// Begins and ends well.
    Story call(long process, String function, @Nullable Object value) {
        return invoke(process, function, value).ok(process, value);
    }

    /// An acknowledged transaction; the call does not know yet what it reads.
    Story txn(long process, Object... micros) {
        return begin(process, micros).ok(process, list(micros));
    }

    Story begin(long process, Object... micros) {
        return invoke(process, "txn", unread(list(micros)));
    }

    static List<@Nullable Object> r(Object key, long... elements) {
        List<@Nullable Object> read = new ArrayList<>();
        for (long element : elements) {
            read.add(element);
        }
        return list("r", key, read);
    }

    static List<@Nullable Object> a(Object key, long element) {
        return list("append", key, element);
    }

    static List<@Nullable Object> unread(List<?> micros) {
        List<@Nullable Object> unread = new ArrayList<>();
        for (var each : micros) {
            var micro = (List<?>) Objects.requireNonNull(each);
            boolean isRead = "r".equals(micro.get(0));
            unread.add(isRead ? list("r", micro.get(1), null) : micro);
        }
        return unread;
    }

    History history() {
        return new History(events);
    }

    private Event called(long process) {
        return Objects.requireNonNull(open.remove(process));
    }

    private void add(
            long process,
            Event.Type type,
            String function,
            @Nullable Object value,
            @Nullable Failure failure) {
        long index = events.size();
        var about = About.NOTHING.withMode(mode);
        events.add(new Event(index, index, process, type, "test", function, value, failure, about));
    }
}
