package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The greatest revision that anybody had been told, at any moment of a history. Immutable.
final class Told {

    /// @param event the answer that told it; -1 if there was none yet
    record Revision(long revision, long event) {}

    private static final Revision NOTHING = new Revision(0, -1);

    // One place for each answer that raised it; all three grow.
    private final long[] events;
    private final long[] nanos;
    private final long[] revisions;

    Told(History history) {
        List<Event> raising = new ArrayList<>();
        var greatest = 0L;
        for (var event : history.events()) {
            if (event.type() == Event.Type.OK && event.about().revision() > greatest) {
                greatest = event.about().revision();
                raising.add(event);
            }
        }
        events = new long[raising.size()];
        nanos = new long[raising.size()];
        revisions = new long[raising.size()];
        for (var i = 0; i < events.length; i++) {
            events[i] = raising.get(i).index();
            nanos[i] = raising.get(i).nanos();
            revisions[i] = raising.get(i).about().revision();
        }
    }

    /// By all answers before this event.
    Revision before(long event) {
        return last(events, event);
    }

    /// By all answers that came before this time.
    Revision beforeNanos(long time) {
        return last(nanos, time);
    }

    private Revision last(long[] order, long bound) {
        var at = Arrays.binarySearch(order, bound);
        // Two answers may carry the same time: then take the first of them, which claims less.
        while (at > 0 && order[at - 1] == bound) {
            at--;
        }
        var below = at >= 0 ? at : -at - 1;
        return below == 0 ? NOTHING : new Revision(revisions[below - 1], events[below - 1]);
    }
}
