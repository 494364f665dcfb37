package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides when the state is made durable and the log purged: by bytes of log, not by Ratis' count
/// of entries, which measures from the purge bound and would flush in every loop when that is held
/// back. [#applied] runs on the apply thread.
final class Checkpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final Supplier<@Nullable RatisServer> current;
    private final ExecutorService workers;
    private final long bytesBetween;
    private final AtomicBoolean isUnderWay = new AtomicBoolean();

    // Apply thread only.
    private long bytesSince;

    Checkpoints(
            Supplier<@Nullable RatisServer> current, ExecutorService workers, long bytesBetween) {
        this.current = current;
        this.workers = workers;
        this.bytesBetween = bytesBetween;
    }

    void applied(int bytes) {
        bytesSince += bytes;
        if (bytesSince >= bytesBetween && isUnderWay.compareAndSet(false, true)) {
            bytesSince = 0;
            workers.execute(this::takeInBackground);
        }
    }

    private void takeInBackground() {
        try {
            take();
        } catch (LogOperationException e) {
            LOG.warn("the state was not made durable, trying again later: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            isUnderWay.set(false);
        }
    }

    void take() throws LogOperationException, InterruptedException {
        var server = current.get();
        if (server == null) {
            throw new LogOperationException(Kind.FAILED, "this member is restarting");
        }
        Requests.await(
                () ->
                        server.server()
                                .snapshotManagementAsync(
                                        SnapshotManagementRequest.newCreate(
                                                server.client,
                                                server.peerId,
                                                server.groupId,
                                                Requests.nextCall(),
                                                TIMEOUT.toMillis(),
                                                1)),
                TIMEOUT);
    }
}
