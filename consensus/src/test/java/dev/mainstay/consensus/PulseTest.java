package dev.mainstay.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PulseTest {

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger looks = new AtomicInteger();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void nothingIsScheduled_untilItIsWoken_andAgainWhenNothingIsLeft() {
        var pulse = new Pulse(timer, 1, () -> looks.incrementAndGet() < 3);
        assertThat(timer.getQueue()).isEmpty();

        pulse.wake();

        await(() -> looks.get() == 3);
        await(() -> timer.getActiveCount() == 0);
        assertThat(timer.getQueue()).isEmpty();
        pulse.wake();
        await(() -> looks.get() == 4);
    }

    @Test
    void wokenManyTimes_itLooksOnce() {
        var pulse = new Pulse(timer, 60_000, () -> false);

        for (int i = 0; i < 100; i++) {
            pulse.wake();
        }

        assertThat(timer.getQueue()).hasSize(1);
    }

    /// Whatever is there before [Pulse#wake] is seen by a later look, however the two meet.
    @Test
    void nobodyIsOverlooked() {
        var waits = new AtomicBoolean();
        var pulse =
                new Pulse(
                        timer,
                        0,
                        () -> {
                            waits.set(false);
                            return false;
                        });

        for (int i = 0; i < 50_000; i++) {
            waits.set(true);
            pulse.wake();
            await(() -> !waits.get());
        }
    }

    @Test
    void afterTheTimersEnd_wakingDoesNothing() {
        timer.shutdownNow();

        new Pulse(timer, 1, () -> true).wake();

        assertThat(timer.getQueue()).isEmpty();
    }

    /// Looks without a pause, so that the two threads meet in every way.
    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
