package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The times during which one leader was seen to lead, without a gap: put together from calls
/// `term`, which tell `[leader]` and the term as one node knows them. Immutable.
///
/// Times are nanoseconds of the history. What a node says of an older term counts for nothing.
final class Steady {

    private static final long GAP_MAX = Duration.ofSeconds(3).toNanos();

    /// @param from when it was first seen
    /// @param to when it was last seen
    private record Reign(long term, long from, long to) {}

    private final List<Reign> reigns = new ArrayList<>();

    /// @param observations in the order in which they ended
    Steady(List<Op> observations) {
        for (var op : observations) {
            var completion = op.completion();
            if (completion != null && op.isOk() && !Tree.text(op.value(), 0).isEmpty()) {
                see(op.about().term(), completion.nanos());
            }
        }
    }

    private void see(long term, long now) {
        if (reigns.isEmpty()) {
            reigns.add(new Reign(term, now, now));
            return;
        }
        var last = reigns.getLast();
        if (term < last.term()) {
            return;
        }
        if (term > last.term() || now - last.to() > GAP_MAX) {
            reigns.add(new Reign(term, now, now));
        } else {
            reigns.set(reigns.size() - 1, new Reign(term, last.from(), now));
        }
    }

    /// Since when the leader of this time led; `now` itself if there was none for sure.
    long since(long now) {
        var low = 0;
        var high = reigns.size() - 1;
        while (low <= high) {
            var middle = (low + high) >>> 1;
            var reign = reigns.get(middle);
            if (now < reign.from()) {
                high = middle - 1;
            } else if (now > reign.to()) {
                low = middle + 1;
            } else {
                return reign.from();
            }
        }
        return now;
    }

    int changes() {
        return (int) reigns.stream().mapToLong(Reign::term).distinct().count();
    }
}
