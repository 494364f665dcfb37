package dev.mainstay.server.kv;

import dev.mainstay.server.gateway.Readiness;
import io.grpc.Context;
import java.util.concurrent.TimeUnit;

/// Until when a call may take: as long as its client waits, and never longer than the server's own
/// limit.
///
/// @param deadline a value of [System#nanoTime]
/// @param isClients whether it is the client that waits no longer
record TimeLimit(long deadline, boolean isClients) {

    /// Of the call that this thread is just serving, if it serves one.
    static TimeLimit ofCall(long ownNanos) {
        var clients = Context.current().getDeadline();
        if (clients != null) {
            long nanos = clients.timeRemaining(TimeUnit.NANOSECONDS);
            if (nanos < ownNanos) {
                return new TimeLimit(System.nanoTime() + nanos, true);
            }
        }
        return new TimeLimit(System.nanoTime() + ownNanos, false);
    }

    /// Why a read was not possible in this time. A client's own deadline has, in etcd, the client's
    /// words.
    EtcdError error(Readiness notReady) {
        return isClients ? EtcdError.DEADLINE_EXCEEDED : EtcdError.of(notReady);
    }
}
