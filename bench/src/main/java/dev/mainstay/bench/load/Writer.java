package dev.mainstay.bench.load;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;

/// One of the kill loop's writers and its own record of what it was told; one virtual thread.
///
/// Each operation is either a put of a key that nobody else ever writes, or an increment of a
/// counter that it shares with others. The record may be read once the thread has ended.
final class Writer implements Runnable {

    static final int COUNTERS = 8;
    private static final int INCREMENT_EVERY = 8;

    private final int number;
    private final Writes writes;
    private final Failover failover;
    private final AtomicBoolean stop;
    private final int pauseMillis;
    private final BitSet acknowledged = new BitSet();
    private final BitSet refused = new BitSet();
    private int operations;
    private long incremented;
    private long maybeIncremented;

    Writer(int number, Writes writes, Failover failover, AtomicBoolean stop, int pauseMillis) {
        this.number = number;
        this.writes = writes;
        this.failover = failover;
        this.stop = stop;
        this.pauseMillis = pauseMillis;
    }

    @Override
    public void run() {
        try {
            while (!stop.get()) {
                step();
                Thread.sleep(pauseMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void step() throws InterruptedException {
        var operation = operations;
        operations++;
        var startedAt = System.nanoTime();
        var isIncrement = isIncrement(operation);
        var answer =
                isIncrement
                        ? writes.increment(counterKey())
                        : writes.put(key(operation), value(operation));
        switch (answer) {
            case ACKNOWLEDGED -> {
                failover.acknowledged(startedAt, System.nanoTime());
                acknowledged.set(operation);
                incremented += isIncrement ? 1 : 0;
            }
            case UNKNOWN -> maybeIncremented += isIncrement ? 1 : 0;
            case REFUSED -> refused.set(operation);
        }
    }

    static boolean isIncrement(int operation) {
        return operation % INCREMENT_EVERY == INCREMENT_EVERY - 1;
    }

    String prefix() {
        return "kill/w/%03d/".formatted(number);
    }

    String key(int operation) {
        return prefix() + "%09d".formatted(operation);
    }

    String value(int operation) {
        return "%d of writer %d".formatted(operation, number);
    }

    String counterKey() {
        return counterKey(number % COUNTERS);
    }

    static String counterKey(int counter) {
        return "kill/counter/" + counter;
    }

    int operations() {
        return operations;
    }

    boolean isAcknowledged(int operation) {
        return acknowledged.get(operation);
    }

    boolean isRefused(int operation) {
        return refused.get(operation);
    }

    int acknowledgedCount() {
        return acknowledged.cardinality();
    }

    int refusedCount() {
        return refused.cardinality();
    }

    long incremented() {
        return incremented;
    }

    long maybeIncremented() {
        return maybeIncremented;
    }
}
