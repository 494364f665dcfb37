package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks, several times a second, whether this member still can do its work: space on the disk, a
/// disk that hangs, a group that Ratis closed. Two threads of its own, because asking a hanging
/// disk for its free space hangs too.
final class HealthWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);

    private static final long PERIOD_MILLIS = 200;
    private static final int FAIL_AFTER_STALLS = 15;
    private static final int DEAD_LOOKS_MAX = 15;
    private static final int UNWRITTEN_LOOKS_MAX = 50;
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// What is done about it; each call returns at once.
    interface Remedies {

        /// Hands leadership over, if this member leads.
        void handOver(String why);

        /// Gives leadership up, if this member leads, whoever gets it.
        void stepDown(String why);

        void failed(String reason);
    }

    private final Supplier<@Nullable RatisServer> current;
    private final Seams.Disk disk;
    private final Path directory;
    private final long reserveBytes;
    private final Remedies remedies;
    private final StallWatch stall;
    private final ScheduledExecutorService lifeThread = thread("health");
    private final ScheduledExecutorService diskThread = thread("disk-space");

    // Written by the disk thread, read by proposers.
    private volatile boolean isDiskFull;
    private volatile boolean isReserveHalfUsed;

    // Health thread only. More than one look: what Ratis closes it also explains, a moment later.
    private int deadLooks;
    private int unwrittenLooks;

    // Disk thread only.
    private long handedOverNanos = System.nanoTime() - AGAIN_NANOS;

    HealthWatch(
            Supplier<@Nullable RatisServer> current,
            Seams.Disk disk,
            LogSettings settings,
            Remedies remedies) {
        this.current = current;
        this.disk = disk;
        this.directory = settings.directory();
        this.reserveBytes = settings.diskReserveBytes();
        var stalled = settings.diskStallTimeout();
        this.stall = new StallWatch(stalled, stalled.multipliedBy(FAIL_AFTER_STALLS));
        this.remedies = remedies;
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
    }

    void start() {
        lookAtSpace();
        repeat(lifeThread, this::lookAtLife);
        repeat(diskThread, this::lookAtSpace);
    }

    private void repeat(ScheduledExecutorService thread, Runnable look) {
        var _ =
                thread.scheduleWithFixedDelay(
                        () -> lookOrFail(look),
                        PERIOD_MILLIS,
                        PERIOD_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /// The executor would keep an exception to itself, and never look again.
    private void lookOrFail(Runnable look) {
        try {
            look.run();
        } catch (RuntimeException e) {
            LOG.error("the health of this member cannot be watched", e);
            remedies.failed("the health of this member cannot be watched: " + e);
        }
    }

    boolean isDiskFull() {
        return isDiskFull;
    }

    /// Not even what frees space is taken any more: the rest is for Raft itself.
    boolean isReserveHalfUsed() {
        return isReserveHalfUsed;
    }

    private void lookAtSpace() {
        try {
            long free = disk.freeBytes(directory);
            boolean isFull = free < reserveBytes;
            isReserveHalfUsed = free < reserveBytes / 2;
            if (isFull != isDiskFull) {
                LOG.warn(
                        isFull
                                ? "less than {} bytes are free on {}: writes are refused"
                                : "more than {} bytes are free on {} again",
                        reserveBytes,
                        directory);
            }
            isDiskFull = isFull;
        } catch (IOException e) {
            LOG.warn("cannot see the free space of {}: {}", directory, e.toString());
        }
        if (isDiskFull && System.nanoTime() - handedOverNanos > AGAIN_NANOS) {
            handedOverNanos = System.nanoTime();
            remedies.handOver("its disk is nearly full");
        }
    }

    private void lookAtLife() {
        var server = current.get();
        if (server == null || server.isClosing()) {
            return;
        }
        if (ExitUtils.isTerminated()) {
            // Ratis wanted to end the process; RatisServer keeps it from doing so with no word.
            remedies.failed("the log's server gave up: " + ExitUtils.getFirstExitException());
            return;
        }
        deadLooks = server.isDead() ? deadLooks + 1 : 0;
        if (deadLooks > 0) {
            if (deadLooks == DEAD_LOOKS_MAX) {
                remedies.failed("the group was closed on this member");
            }
            return;
        }
        if (isVoteUnwritten(server)) {
            remedies.failed("cannot make the own vote durable");
        }
        // Flushed first: what is flushed between the two calls must not look like a stall.
        long flushed = server.division().getRaftLog().getFlushIndex();
        switch (stall.look(System.nanoTime(), server.lastIndex(), flushed)) {
            case NONE -> {}
            case STEP_DOWN -> remedies.stepDown("its disk hangs");
            case FAIL -> remedies.failed("the disk hangs: no write of the log ends");
        }
    }

    /// For ten seconds: a slow disk writes it in the end.
    private boolean isVoteUnwritten(RatisServer server) {
        try {
            unwrittenLooks = server.isVoteUnwritten() ? unwrittenLooks + 1 : 0;
        } catch (IOException e) {
            LOG.warn("the own vote cannot be read", e);
            unwrittenLooks++;
        }
        return unwrittenLooks == UNWRITTEN_LOOKS_MAX;
    }

    @Override
    public void close() {
        lifeThread.shutdownNow();
        diskThread.shutdownNow();
    }
}
