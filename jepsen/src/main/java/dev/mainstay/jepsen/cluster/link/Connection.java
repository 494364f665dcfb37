package dev.mainstay.jepsen.cluster.link;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A connection that goes through a relay: both its ends, and its threads.
final class Connection {

    private final SocketChannel caller;
    private final InetSocketAddress target;
    private final Link there;
    private final Link back;
    private final Consumer<Connection> onClose;
    private final ReentrantLock lock = new ReentrantLock();
    // The rest is guarded by lock.
    private final List<Thread> threads = new ArrayList<>();
    private @Nullable SocketChannel called;
    private int ended;
    private boolean isClosed;

    Connection(
            SocketChannel caller,
            InetSocketAddress target,
            Link there,
            Link back,
            Consumer<Connection> onClose) {
        this.caller = caller;
        this.target = target;
        this.there = there;
        this.back = back;
        this.onClose = onClose;
    }

    void open() {
        start(this::run);
    }

    private void run() {
        try {
            awaitHandshake();
            var other = SocketChannel.open();
            if (!adopt(other)) {
                other.close();
                return;
            }
            other.connect(target);
            for (var end : List.of(caller, other)) {
                end.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            start(new Stream(other, caller, back, this));
            new Stream(caller, other, there, this).run();
        } catch (IOException e) {
            close();
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
        }
    }

    // A handshake needs both directions, whichever of them is cut.
    private void awaitHandshake() throws InterruptedException {
        for (var link : List.of(there, back)) {
            if (link.now().isCut()) {
                link.count();
            }
        }
        there.awaitOpen();
        back.awaitOpen();
    }

    private boolean adopt(SocketChannel other) {
        lock.lock();
        try {
            called = other;
            return !isClosed;
        } finally {
            lock.unlock();
        }
    }

    /// Runs on a virtual thread that ends with the connection.
    void start(Runnable task) {
        lock.lock();
        try {
            if (!isClosed) {
                threads.add(Thread.ofVirtual().name("relay").start(task));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more will be written to this end.
    void endOf(SocketChannel end) throws IOException {
        var _ = end.shutdownOutput();
        boolean isOver;
        lock.lock();
        try {
            ended++;
            isOver = ended == 2;
        } finally {
            lock.unlock();
        }
        if (isOver) {
            close();
        }
    }

    /// Breaks it off: both ends are reset.
    void close() {
        List<SocketChannel> ends = new ArrayList<>();
        boolean isEarly;
        lock.lock();
        try {
            if (isClosed) {
                return;
            }
            isClosed = true;
            isEarly = ended < 2;
            ends.add(caller);
            if (called != null) {
                ends.add(called);
            }
            threads.stream()
                    .filter(thread -> !thread.equals(Thread.currentThread()))
                    .forEach(Thread::interrupt);
        } finally {
            lock.unlock();
        }
        for (var end : ends) {
            reset(end, isEarly);
        }
        onClose.accept(this);
    }

    private static void reset(SocketChannel end, boolean isEarly) {
        try {
            if (isEarly) {
                end.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            // It was closed by its other side: nothing to reset.
        }
        try {
            end.close();
        } catch (IOException e) {
            // Gone is what it should be.
        }
    }
}
