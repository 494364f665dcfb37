package dev.mainstay.server.kv;

import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.statemachine.mvcc.ReadView;
import java.util.concurrent.RejectedExecutionException;

/// Where reads run: at once or after the proof that this node has caught up, on the event loop or,
/// when they may take long, on a storage thread.
final class Reads {

    private final Gateway gateway;
    private final long timeoutNanos;

    Reads(Gateway gateway, long timeoutNanos) {
        this.gateway = gateway;
        this.timeoutNanos = timeoutNanos;
    }

    /// Reads a fixed state into the answer of a call.
    interface Reading<T> {
        T read(ReadView view) throws Rejection;
    }

    /// Runs `reading` on the event loop, at once when `isLocal`.
    void onEventLoop(boolean isLocal, Reply<?> reply, Runnable reading) {
        if (isLocal) {
            reading.run();
            return;
        }
        var limit = TimeLimit.ofCall(timeoutNanos);
        gateway.whenStrict(
                limit.deadline(),
                readiness -> {
                    if (readiness instanceof Readiness.Ready) {
                        reading.run();
                    } else {
                        reply.fail(limit.error(readiness));
                    }
                });
    }

    /// Runs `reading` on a storage thread over a view that is opened when the read may run. The
    /// answer leaves from there too: turning a long one into bytes is not the event loop's work.
    <T> void onView(boolean isLocal, Reply<T> reply, Reading<T> reading) {
        onEventLoop(
                isLocal,
                reply,
                () -> {
                    try {
                        gateway.storageThreads().execute(() -> read(reply, reading));
                    } catch (RejectedExecutionException e) {
                        reply.fail(EtcdError.TOO_MANY_REQUESTS);
                    }
                });
    }

    private <T> void read(Reply<T> reply, Reading<T> reading) {
        boolean isAnswered = false;
        try (var view = gateway.store().openReadView()) {
            var answer = reading.read(view);
            isAnswered = true;
            reply.send(answer);
        } catch (Rejection e) {
            isAnswered = true;
            reply.fail(e.error());
        } finally {
            // What comes out of here is a failed disk or a bug, for the thread's own handler; the
            // client must hear of it all the same.
            if (!isAnswered) {
                reply.fail(EtcdError.INTERNAL);
            }
        }
    }

    long deadline() {
        return TimeLimit.ofCall(timeoutNanos).deadline();
    }
}
