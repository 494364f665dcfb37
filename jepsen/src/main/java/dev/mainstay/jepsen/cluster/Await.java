package dev.mainstay.jepsen.cluster;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Bounded waiting by looking again; runs on its caller's thread.
public final class Await {

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private Await() {}

    /// Returns once `condition` holds; [Overdue] after `atMost`.
    public static void until(String what, Duration atMost, BooleanSupplier condition) {
        var deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new Overdue(what, atMost);
            }
            nap();
        }
    }

    /// As the other form; `state` says how things stood when the time was over.
    public static void until(
            String what, Duration atMost, BooleanSupplier condition, Supplier<String> state) {
        try {
            until(what, atMost, condition);
        } catch (Overdue e) {
            throw new Overdue(what + "; " + state.get(), atMost);
        }
    }

    /// As the other form, but an interruption comes only afterwards: for what must not be left when
    /// it is half done.
    public static void patiently(String what, Duration atMost, BooleanSupplier condition) {
        var deadline = System.nanoTime() + atMost.toNanos();
        var isInterrupted = false;
        try {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new Overdue(what, atMost);
                }
                isInterrupted |= isInterruptedNap();
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isInterruptedNap() {
        try {
            Thread.sleep(LOOK_EVERY);
            return false;
        } catch (InterruptedException _) {
            return true;
        }
    }

    private static void nap() {
        try {
            Thread.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }

    /// The time was over before the condition held.
    public static final class Overdue extends RuntimeException {

        private static final long serialVersionUID = 1;

        Overdue(String what, Duration atMost) {
            super("not within %d ms: %s".formatted(atMost.toMillis(), what));
        }
    }
}
