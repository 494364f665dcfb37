package dev.mainstay.server.gateway;

import dev.mainstay.consensus.Pulse;
import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.server.group.AppliedIndex;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// How old this node's state can be at most, proven on one clock: everything committed before the
/// moment at which a read index was asked for is here once that index is applied.
///
/// A proof costs a round over the members, so it is renewed every interval only for a while after
/// somebody wanted it. Otherwise [#renew] alone does, and a bounded read that finds the proof too
/// old makes one of its own ([Reads#whenFresh]). Any thread.
final class Freshness {

    private static final long WANTED_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Consumer<Consumer<ReadIndex>> readIndex;
    private final AppliedIndex applied;
    private final Pulse pulse;
    private final AtomicBoolean isAsking = new AtomicBoolean();

    /// The latest moment of which that was proven; [Long#MIN_VALUE] for never.
    private final AtomicLong provenAt = new AtomicLong(Long.MIN_VALUE);

    /// Volatile: written by readers, read by the timer.
    private volatile long wantedAt = System.nanoTime() - WANTED_NANOS;

    Freshness(
            Consumer<Consumer<ReadIndex>> readIndex,
            AppliedIndex applied,
            ScheduledExecutorService timer,
            Duration interval) {
        this.readIndex = readIndex;
        this.applied = applied;
        this.pulse = new Pulse(timer, interval.toMillis(), this::renewWhileWanted);
    }

    /// Somebody reads by it.
    void wanted() {
        wantedAt = System.nanoTime();
        pulse.wake();
    }

    private boolean renewWhileWanted() {
        renew();
        return System.nanoTime() - wantedAt < WANTED_NANOS;
    }

    /// Asks for a new proof, unless the last question is still open.
    void renew() {
        if (!isAsking.compareAndSet(false, true)) {
            return;
        }
        long asked = System.nanoTime();
        readIndex.accept(answer -> {
            isAsking.set(false);
            if (answer instanceof ReadIndex.Reach(var index)) {
                applied.whenAtLeast(index.value(), () -> proven(asked));
            }
        });
    }

    void proven(long at) {
        provenAt.accumulateAndGet(
                at, (old, now) -> old == Long.MIN_VALUE || now - old > 0 ? now : old);
    }

    long stalenessMillis() {
        long proven = provenAt.get();
        return proven == Long.MIN_VALUE
                ? -1
                : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - proven) + 1;
    }
}
