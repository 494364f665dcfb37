package dev.mainstay.server.cli;

import java.time.Duration;
import java.util.concurrent.Callable;

/// Waits for a condition that another process brings about.
final class Await {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Await() {}

    static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + PATIENCE);
            }
            Thread.sleep(Duration.ofMillis(10));
        }
    }
}
