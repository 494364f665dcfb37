package dev.mainstay.jepsen.cluster.link;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/// One directed link: how it is hindered now, and how often it was. Any thread.
final class Link {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Volatile: looked at for every piece of every stream, changed under the lock.
    private volatile Hindrance now = Hindrance.NONE;
    private final LongAdder hindered = new LongAdder();

    Hindrance now() {
        return now;
    }

    void change(UnaryOperator<Hindrance> to) {
        lock.lock();
        try {
            now = to.apply(now);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits while the link is cut.
    void awaitOpen() throws InterruptedException {
        if (!now.isCut()) {
            return;
        }
        lock.lock();
        try {
            while (now.isCut()) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Something was dropped, delayed or held back.
    void count() {
        hindered.increment();
    }

    long hindered() {
        return hindered.sum();
    }

    /// How long something sent now takes on its way, delay and jitter.
    static long travelNanos(Hindrance hindrance) {
        var jitter = hindrance.jitterNanos();
        return hindrance.delayNanos()
                + (jitter == 0 ? 0 : ThreadLocalRandom.current().nextLong(jitter));
    }

    static boolean isLost(Hindrance hindrance) {
        return hindrance.lossPercent() > 0
                && ThreadLocalRandom.current().nextInt(100) < hindrance.lossPercent();
    }
}
