package dev.mainstay.client.internal;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One node as this client sees it: its channels, and how it behaved lately. Any thread.
///
/// Streams have a channel of their own: a bulk watch must not fill the connection that calls use.
public final class Node {

    private static final long BACK_OFF_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int BACK_OFF_DOUBLINGS_MAX = 5;
    private static final long WAKE_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String address;
    private final Transport transport;

    /// Guards the making of channels and `isClosed`.
    private final Object making = new Object();

    // Written once under `making`, read without it on every call.
    private volatile @Nullable ManagedChannel calls;
    private volatile @Nullable ManagedChannel streams;
    private boolean isClosed;

    // A hint that threads may race on: at worst one attempt goes to a node that was just seen down.
    private volatile int failures;
    private volatile long notBefore;

    private final AtomicLong lastWake = new AtomicLong(System.nanoTime());

    Node(String address, Transport transport) {
        this.address = address;
        this.transport = transport;
    }

    /// `host:port`.
    public String address() {
        return address;
    }

    Channel calls() {
        var made = calls;
        if (made == null) {
            synchronized (making) {
                made = calls;
                if (made == null) {
                    made = open();
                    calls = made;
                }
            }
        }
        return awake(made);
    }

    public Channel streams() {
        var made = streams;
        if (made == null) {
            synchronized (making) {
                made = streams;
                if (made == null) {
                    made = open();
                    streams = made;
                }
            }
        }
        return awake(made);
    }

    private ManagedChannel open() {
        var channel = transport.open(address);
        if (isClosed) {
            channel.shutdownNow();
        }
        return channel;
    }

    /// gRPC waits up to two minutes between two connects. When to try again is decided here, so a
    /// channel that failed connects soon.
    private ManagedChannel awake(ManagedChannel channel) {
        if (failures > 0) {
            long now = System.nanoTime();
            long last = lastWake.get();
            // Many calls wait for the same connection: one of them asks for it.
            if (now - last > WAKE_GAP_NANOS && lastWake.compareAndSet(last, now)) {
                channel.resetConnectBackoff();
            }
        }
        return channel;
    }

    boolean isUsable(long now) {
        return failures == 0 || notBefore - now <= 0;
    }

    /// Earlier is better among nodes that all failed.
    long notBefore() {
        return notBefore;
    }

    public void succeeded() {
        if (failures != 0) {
            failures = 0;
        }
    }

    public void failed() {
        int before = failures;
        notBefore =
                System.nanoTime()
                        + (BACK_OFF_MIN_NANOS << Math.min(before, BACK_OFF_DOUBLINGS_MAX));
        failures = Math.min(before, BACK_OFF_DOUBLINGS_MAX) + 1;
    }

    void close() {
        synchronized (making) {
            isClosed = true;
            for (var channel : new ManagedChannel[] {calls, streams}) {
                if (channel != null) {
                    channel.shutdownNow();
                }
            }
        }
    }

    @Override
    public String toString() {
        return address;
    }
}
