package dev.mainstay.client;

import dev.mainstay.client.internal.Cluster;
import dev.mainstay.client.internal.Method;
import dev.mainstay.client.internal.Node;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// How one view of a database makes its calls: the shared cluster, its deadline, its pin. A value.
///
/// @param timeout from the start of a call to its deadline
/// @param pin the only node to ask; null = any
/// @param tokens hears the revision of every answer
record Calls(Cluster cluster, Duration timeout, @Nullable Node pin, LongConsumer tokens) {

    long deadline() {
        return System.nanoTime() + timeout.toNanos();
    }

    TransactionId newId() {
        return new TransactionId(
                cluster.idStream(), cluster.nextIdInStream(), cluster.revisions().newest());
    }

    void saw(long revision) {
        cluster.revisions().saw(revision);
        tokens.accept(revision);
    }

    /// Sends `message`, and completes `pending` with what becomes of it.
    <Q, A, P extends Pending<A, ?>> P start(Method<Q, A> method, Q message, P pending) {
        return start(method, message, deadline(), pending);
    }

    <Q, A, P extends Pending<A, ?>> P start(
            Method<Q, A> method, Q message, long deadline, P pending) {
        pending.runs(cluster.start(method, message, deadline, pin, pending));
        return pending;
    }
}
