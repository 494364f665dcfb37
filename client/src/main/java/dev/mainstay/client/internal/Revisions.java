package dev.mainstay.client.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The newest revision that any answer to this client carried. Any thread.
///
/// It is what a first attempt sends as `since`: nodes forget outcomes after a while and refuse a
/// `since` from before, so it must not be old.
public final class Revisions {

    /// Far below any retention of outcomes.
    private static final long CURRENT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long STAMP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong newest = new AtomicLong();

    // A stamp that may lag by STAMP_NANOS, so that most answers write nothing shared.
    private volatile long seenAt = System.nanoTime() - CURRENT_NANOS;

    public void saw(long revision) {
        if (revision > newest.get()) {
            newest.accumulateAndGet(revision, Math::max);
        }
        long now = System.nanoTime();
        if (now - seenAt > STAMP_NANOS) {
            seenAt = now;
        }
    }

    public boolean isCurrent() {
        return newest.get() > 0 && System.nanoTime() - seenAt < CURRENT_NANOS;
    }

    /// A node said that what is known here is too old.
    public void forget() {
        seenAt = System.nanoTime() - CURRENT_NANOS;
    }

    public long newest() {
        return newest.get();
    }
}
