package dev.mainstay.bench.load;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Measures the time from a kill to the first write that was both begun and acknowledged after it.
///
/// Writes begun before do not count: their answer may still have been on its way. Written by all
/// writers, read by the kill loop.
final class Failover {

    private static final class Kill {
        final long at = System.nanoTime();
        final AtomicLong firstWriteAfter = new AtomicLong(Long.MAX_VALUE);
    }

    // Published by the kill loop to all writers.
    private volatile @Nullable Kill current;

    /// The leader is killed now.
    void killed() {
        current = new Kill();
    }

    void acknowledged(long startedAt, long now) {
        var kill = current;
        if (kill != null && startedAt - kill.at > 0) {
            kill.firstWriteAfter.accumulateAndGet(now - kill.at, Math::min);
        }
    }

    Optional<Duration> firstWriteAfterKill() {
        var kill = current;
        var nanos = kill == null ? Long.MAX_VALUE : kill.firstWriteAfter.get();
        return nanos == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }
}
