package dev.mainstay.consensus.ratis;

import java.time.Duration;

/// Notices a disk that hangs without an error: entries wait for their fsync and none gets done. One
/// thread.
final class StallWatch {

    /// What to do about it.
    enum Advice {
        NONE,
        /// Once per stall: another member's disk may be better.
        STEP_DOWN,
        /// This member cannot go on.
        FAIL
    }

    private final long stepDownNanos;
    private final long failNanos;

    private long flushedBefore = Long.MIN_VALUE;
    private long sinceNanos;
    private boolean hasAdvised;

    StallWatch(Duration stepDownAfter, Duration failAfter) {
        this.stepDownNanos = stepDownAfter.toNanos();
        this.failNanos = failAfter.toNanos();
    }

    /// @param last highest index in the log
    /// @param flushed highest index on disk
    Advice look(long nowNanos, long last, long flushed) {
        if (flushed >= last || flushed != flushedBefore) {
            flushedBefore = flushed;
            sinceNanos = nowNanos;
            hasAdvised = false;
            return Advice.NONE;
        }
        long stalled = nowNanos - sinceNanos;
        if (stalled > failNanos) {
            return Advice.FAIL;
        }
        if (stalled > stepDownNanos && !hasAdvised) {
            hasAdvised = true;
            return Advice.STEP_DOWN;
        }
        return Advice.NONE;
    }
}
