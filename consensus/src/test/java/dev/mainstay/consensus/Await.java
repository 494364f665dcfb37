package dev.mainstay.consensus;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waiting in tests: polls until something holds, fails when it does not in time.
public final class Await {

    private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();

    private Await() {}

    public static void until(String what, Duration patience, Callable<Boolean> holds)
            throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!holds.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + patience.toMillis() + " ms: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// With the patience that suits a group on a busy machine.
    public static void until(String what, Callable<Boolean> holds) throws Exception {
        until(what, Duration.ofSeconds(20), holds);
    }
}
