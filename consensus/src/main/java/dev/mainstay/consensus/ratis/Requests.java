package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.TimeoutIOException;
import org.jspecify.annotations.Nullable;

/// Administrative requests to the own Ratis server: sent, waited for, failures in our words. Blocks
/// its caller.
final class Requests {

    /// Numbers of requests that are not proposals: far away from those of [Proposals].
    private static final AtomicLong CALLS = new AtomicLong(1L << 62);

    private Requests() {}

    /// Sends a request.
    interface Sender {

        CompletableFuture<RaftClientReply> send() throws IOException;
    }

    static long nextCall() {
        return CALLS.incrementAndGet();
    }

    static void await(Sender sender, Duration timeout)
            throws LogOperationException, InterruptedException {
        try {
            var reply = sender.send().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!reply.isSuccess()) {
                throw failure(reply.getException());
            }
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (TimeoutException e) {
            throw new LogOperationException(
                    Kind.TIMED_OUT, "no answer within " + timeout.toMillis() + " ms");
        } catch (IOException | RuntimeException e) {
            throw failure(e);
        }
    }

    private static LogOperationException failure(@Nullable Throwable cause) {
        var text = cause == null || cause.getMessage() == null ? "" + cause : cause.getMessage();
        var kind =
                switch (cause) {
                    case NotLeaderException _,
                            LeaderNotReadyException _,
                            LeaderSteppingDownException _ ->
                            Kind.NOT_LEADER;
                    case ReconfigurationInProgressException _ -> Kind.CHANGE_UNDER_WAY;
                    case ReconfigurationTimeoutException _, TimeoutIOException _ -> Kind.TIMED_OUT;
                    case null, default -> Kind.FAILED;
                };
        return new LogOperationException(kind, text);
    }
}
