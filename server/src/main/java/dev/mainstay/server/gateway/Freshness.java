package dev.mainstay.server.gateway;

import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.consensus.ReplicatedLog;
import dev.mainstay.server.group.AppliedIndex;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// How old this node's state can be at most, proven on one clock: everything committed before the
/// moment at which a read index was asked for is here once that index is applied.
final class Freshness {

    private final ReplicatedLog log;
    private final AppliedIndex applied;
    private final AtomicBoolean isAsking = new AtomicBoolean();

    /// The latest moment of which that was proven; [Long#MIN_VALUE] for never.
    private final AtomicLong provenAt = new AtomicLong(Long.MIN_VALUE);

    Freshness(ReplicatedLog log, AppliedIndex applied) {
        this.log = log;
        this.applied = applied;
    }

    /// Asks for a new proof, unless the last question is still open. Timer thread.
    void renew() {
        if (!isAsking.compareAndSet(false, true)) {
            return;
        }
        long asked = System.nanoTime();
        log.readIndex(answer -> {
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
