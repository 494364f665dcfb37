package dev.mainstay.consensus;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// Looks after something every so often while there is something to look after, and costs nothing
/// else: a timer that sleeps until it is woken. [#wake] from any thread, the looks on the timer's.
public final class Pulse {

    private final ScheduledExecutorService timer;
    private final long nanos;
    private final BooleanSupplier look;
    private final AtomicBoolean isAwake = new AtomicBoolean();

    /// @param look does what is due; whether it wants to look again. Must not throw.
    public Pulse(ScheduledExecutorService timer, long millis, BooleanSupplier look) {
        this.timer = timer;
        this.nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        this.look = look;
    }

    /// There is something to look after: called after it can be seen. Cheap when awake.
    public void wake() {
        if (!isAwake.get() && isAwake.compareAndSet(false, true)) {
            try {
                var _ = timer.schedule(this::beat, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException _) {
                // The timer was shut down: its owner ends whatever waits.
            }
        }
    }

    /// Asleep before it looks: whoever comes after the look finds it asleep, and wakes it.
    private void beat() {
        isAwake.set(false);
        if (look.getAsBoolean()) {
            wake();
        }
    }
}
