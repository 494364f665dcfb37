package dev.mainstay.server.gateway;

import dev.mainstay.statemachine.command.TxnId;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Makes transaction ids that nobody else makes: under the incarnation that the log gave to this
/// node's life, or, until there is one, under a random number.
final class TxnIds {

    private final long random = new SecureRandom().nextLong() | Long.MIN_VALUE;
    private final AtomicLong counter = new AtomicLong();

    /// Volatile: set once, when the log has answered.
    private volatile long incarnation = -1;

    void incarnationIs(int number) {
        incarnation = number;
    }

    boolean hasIncarnation() {
        return incarnation >= 0;
    }

    TxnId next() {
        long count = counter.incrementAndGet();
        assert count < 1L << TxnId.COUNTER_BITS : "transaction ids of this process are used up";
        long now = incarnation;
        return now < 0 ? new TxnId(random, count) : new TxnId(0, now << TxnId.COUNTER_BITS | count);
    }
}
