package dev.mainstay.jepsen.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Takes down events as they happen, for all threads of a run.
///
/// One lock orders the events, so index and time grow together. Call [#invoke] before a call's
/// first byte leaves, and the completions after its answer came.
public final class Recorder {

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock, both.
    private final List<Event> events = new ArrayList<>();
    private long nextIndex;
    private final boolean keeps;
    private final Consumer<Event> listener;
    private final long startNanos = System.nanoTime();
    private final AtomicLong processes = new AtomicLong();
    private final AtomicLong faults = new AtomicLong();

    /// @param listener sees each event once, in order, under the lock: be quick
    public Recorder(Consumer<Event> listener) {
        this(listener, true);
    }

    private Recorder(Consumer<Event> listener, boolean keeps) {
        this.listener = listener;
        this.keeps = keeps;
    }

    /// One that remembers nothing, for runs whose events do not fit in memory: only the listener
    /// has them.
    public static Recorder forgetful(Consumer<Event> listener) {
        return new Recorder(listener, false);
    }

    /// A process number that nobody has had.
    public long newProcess() {
        return processes.getAndIncrement();
    }

    public Event invoke(
            long process, String workload, String function, @Nullable Object value, About about) {
        return add(process, Event.Type.INVOKE, workload, function, value, null, about);
    }

    public void ok(Event invoke, @Nullable Object value, About about) {
        complete(invoke, Event.Type.OK, value, null, about);
    }

    public void fail(Event invoke, Failure failure) {
        complete(invoke, Event.Type.FAIL, invoke.value(), failure, invoke.about());
    }

    /// The process of `invoke` must not be used again.
    public void info(Event invoke, Failure failure) {
        complete(invoke, Event.Type.INFO, invoke.value(), failure, invoke.about());
    }

    /// A fault begins. Its end is told with [#healed].
    public Event fault(String kind, @Nullable Object what) {
        var about = About.NOTHING.at(0, faults.incrementAndGet());
        return add(Event.NEMESIS, Event.Type.INVOKE, "nemesis", kind, what, null, about);
    }

    public void healed(Event fault, @Nullable Object evidence) {
        complete(fault, Event.Type.INFO, evidence, null, fault.about());
    }

    public long nanos() {
        return System.nanoTime() - startNanos;
    }

    /// What was taken down so far; not of a forgetful one.
    public History history() {
        assert keeps : "a forgetful recorder has no history";
        lock.lock();
        try {
            return new History(events);
        } finally {
            lock.unlock();
        }
    }

    private void complete(
            Event invoke,
            Event.Type type,
            @Nullable Object value,
            @Nullable Failure failure,
            About about) {
        add(invoke.process(), type, invoke.workload(), invoke.function(), value, failure, about);
    }

    private Event add(
            long process,
            Event.Type type,
            String workload,
            String function,
            @Nullable Object value,
            @Nullable Failure failure,
            About about) {
        lock.lock();
        try {
            var event =
                    new Event(
                            nextIndex++,
                            nanos(),
                            process,
                            type,
                            workload,
                            function,
                            value,
                            failure,
                            about);
            if (keeps) {
                events.add(event);
            }
            listener.accept(event);
            return event;
        } finally {
            lock.unlock();
        }
    }
}
