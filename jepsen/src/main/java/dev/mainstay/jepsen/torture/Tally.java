package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.history.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// What has happened so far, in numbers: listens to the recorder, and may be asked by any thread.
final class Tally implements Consumer<Event> {

    private final LongAdder ok = new LongAdder();
    private final LongAdder fail = new LongAdder();
    private final LongAdder info = new LongAdder();
    private final AtomicLong faults = new AtomicLong();
    // By their number.
    private final Map<Long, String> open = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> okByWorkload = new ConcurrentSkipListMap<>();

    /// @param ok acknowledged operations
    /// @param info unknown ones
    record Counts(long ok, long fail, long info, long faults) {

        long operations() {
            return ok + fail + info;
        }
    }

    @Override
    public void accept(Event event) {
        if (event.process() == Event.NEMESIS) {
            fault(event);
            return;
        }
        switch (event.type()) {
            case INVOKE -> {}
            case OK -> {
                ok.increment();
                okByWorkload.computeIfAbsent(event.workload(), _ -> new LongAdder()).increment();
            }
            case FAIL -> fail.increment();
            case INFO -> info.increment();
        }
    }

    private void fault(Event event) {
        if (event.isCompletion()) {
            open.remove(event.about().term());
        } else {
            faults.incrementAndGet();
            open.put(event.about().term(), event.function());
        }
    }

    Counts counts() {
        return new Counts(ok.sum(), fail.sum(), info.sum(), faults.get());
    }

    /// The faults under way.
    List<String> openFaults() {
        return new ArrayList<>(open.values());
    }

    Map<String, Long> okByWorkload() {
        var counts = new TreeMap<String, Long>();
        okByWorkload.forEach((workload, count) -> counts.put(workload, count.sum()));
        return counts;
    }
}
