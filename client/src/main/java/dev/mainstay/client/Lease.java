package dev.mainstay.client;

import dev.mainstay.client.internal.Fault;
import dev.mainstay.client.internal.Methods;
import dev.mainstay.client.internal.Node;
import dev.mainstay.client.internal.Receiver;
import dev.mainstay.client.proto.LeaseKeepAliveRequest;
import dev.mainstay.client.proto.LeaseKeepAliveResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// A lease, renewed in the background every third of its time to live until it is closed or lost.
///
/// The client counts on its own monotonic clock, from the moment *before* the last acknowledged
/// renewal was sent. The cluster starts counting later, so as long as [#remaining] is positive the
/// keys still exist. Callbacks and renewals survive leader changes.
public final class Lease implements AutoCloseable {

    private static final long RETRY_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long ATTEMPT_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);

    private final Calls calls;
    private final long id;
    private final Duration ttl;

    /// Guards all fields below.
    private final Object lock = new Object();

    private final List<Runnable> listeners = new ArrayList<>();
    private long expiry;
    private boolean isLost;
    private boolean isRenewing = true;

    /// @param sentAt when the grant was sent
    Lease(Calls calls, long id, Duration ttl, long sentAt) {
        this.calls = calls;
        this.id = id;
        this.ttl = ttl;
        expiry = sentAt + ttl.toNanos();
    }

    void startRenewing() {
        renewIn(ttl.toNanos() / 3);
        checkIn(expiry - System.nanoTime());
    }

    /// For [PutOptions#withLease].
    public long id() {
        return id;
    }

    /// The time to live that the cluster granted, in whole seconds.
    public Duration ttl() {
        return ttl;
    }

    /// How long the lease surely still lives if no renewal succeeds; zero when it may be gone.
    public Duration remaining() {
        synchronized (lock) {
            long left = isLost ? 0 : expiry - System.nanoTime();
            return Duration.ofNanos(Math.max(0, left));
        }
    }

    /// Whether it ran out, was revoked, or could not be renewed in time. Final.
    public boolean isLost() {
        synchronized (lock) {
            return isLost;
        }
    }

    /// Runs `listener` once, on a virtual thread, when the lease is lost: [#remaining] reached
    /// zero, even if no node can be reached, or a node says that it is gone. At once when it is
    /// lost already; never after [#close].
    public void onLost(Runnable listener) {
        boolean isLate;
        synchronized (lock) {
            isLate = isLost;
            if (!isLate) {
                listeners.add(listener);
            }
        }
        if (isLate) {
            var _ = Thread.startVirtualThread(listener);
        }
    }

    /// Lets the lease run out on its own.
    public void stopRenewing() {
        synchronized (lock) {
            isRenewing = false;
        }
    }

    /// Ends the lease now, and deletes its keys.
    public void revoke() throws InterruptedException {
        var _ = Pending.await(revokeAsync());
    }

    /// @return a stage of the revision that deleted the keys, or the newest if there were none
    public CompletionStage<Long> revokeAsync() {
        synchronized (lock) {
            isRenewing = false;
            listeners.clear();
            expiry = System.nanoTime();
        }
        return Leases.revoke(calls, id);
    }

    /// Revokes the lease if that can be done before the deadline; otherwise it runs out on its own.
    @Override
    public void close() {
        try {
            revoke();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (MainstayException _) {
            // It is gone already, or will be: nothing renews it any more.
        }
    }

    private void renewIn(long nanos) {
        calls.cluster().schedule(this::renew, nanos, () -> {});
    }

    private void renew() {
        long now = System.nanoTime();
        long left;
        synchronized (lock) {
            if (isLost || !isRenewing) {
                return;
            }
            left = expiry - now;
        }
        if (left > 0) {
            long patience = Math.min(left, Math.max(ttl.toNanos() / 3, ATTEMPT_NANOS_MIN));
            var request = LeaseKeepAliveRequest.newBuilder().setID(id).build();
            var _ =
                    calls.cluster()
                            .start(
                                    Methods.KEEP_ALIVE,
                                    request,
                                    now + patience,
                                    calls.pin(),
                                    new Renewal(now));
        }
    }

    /// Hears what became of one renewal, on the event loop.
    private final class Renewal implements Receiver<LeaseKeepAliveResponse> {

        private final long sentAt;

        Renewal(long sentAt) {
            this.sentAt = sentAt;
        }

        @Override
        public void answered(LeaseKeepAliveResponse answer, Node from) {
            if (answer.getTTL() <= 0) {
                lose();
                return;
            }
            long granted = TimeUnit.SECONDS.toNanos(answer.getTTL());
            synchronized (lock) {
                if (isRenewing && sentAt + granted - expiry > 0) {
                    expiry = sentAt + granted;
                }
            }
            renewIn(granted / 3);
        }

        @Override
        public void failed(Fault fault) {
            renewIn(Math.min(ttl.toNanos() / 10, RETRY_NANOS_MAX));
        }
    }

    private void checkIn(long nanos) {
        calls.cluster().schedule(this::check, nanos, () -> {});
    }

    private void check() {
        long left;
        synchronized (lock) {
            if (isLost) {
                return;
            }
            left = expiry - System.nanoTime();
        }
        if (left <= 0) {
            lose();
        } else {
            checkIn(left);
        }
    }

    private void lose() {
        List<Runnable> toRun;
        synchronized (lock) {
            isLost = true;
            toRun = List.copyOf(listeners);
            listeners.clear();
        }
        toRun.forEach(Thread::startVirtualThread);
    }
}
