package dev.mainstay.jepsen.cluster.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/// A switch of Ethernet frames between taps, whose links can be cut, slow and lossy: what netem is
/// for, on kernels without it. One platform thread reads each tap, one more delivers what is late.
///
/// Port k is node k's. Where a frame goes is read from the last byte of its destination, which
/// [#hardwareAddress] puts there; a broadcast goes to all.
final class FrameSwitch implements AutoCloseable {

    private static final int GROUP_BIT = 1;
    private static final int LAST_OF_ADDRESS = 5;

    private final LinkTable table;
    private final List<Tap> taps;
    private final List<Thread> threads = new ArrayList<>();
    private final DelayQueue<Late> late = new DelayQueue<>();
    // Only the reader of a link's source looks at and changes its row.
    private final long[][] lastDue;
    // Volatile: set once by whoever closes, looked at by all threads.
    private volatile boolean isClosed;

    /// @param taps one for each node; closed with the switch
    FrameSwitch(LinkTable table, List<Tap> taps) {
        this.table = table;
        this.taps = List.copyOf(taps);
        this.lastDue = new long[taps.size()][taps.size()];
        for (var port = 0; port < taps.size(); port++) {
            var from = port;
            threads.add(start("switch-" + port, () -> readAll(from)));
        }
        threads.add(start("switch-late", this::deliverLate));
    }

    /// The address that the node's end of its cable must have.
    static String hardwareAddress(int node) {
        return "02:00:00:00:00:%02x".formatted(node);
    }

    private static Thread start(String name, Runnable task) {
        return Thread.ofPlatform().name(name).daemon().start(task);
    }

    private record Late(byte[] frame, int to, long due) implements Delayed {

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due, ((Late) other).due);
        }
    }

    private void readAll(int from) {
        try (var memory = Arena.ofConfined()) {
            var room = Tap.frameRoom(memory);
            var poll = Tap.pollRoom(memory);
            while (!isClosed) {
                var length = taps.get(from).read(room, poll);
                if (length > LAST_OF_ADDRESS) {
                    pass(from, room.asSlice(0, length));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pass(int from, MemorySegment frame) {
        var isForAll = (frame.get(ValueLayout.JAVA_BYTE, 0) & GROUP_BIT) != 0;
        int meant = frame.get(ValueLayout.JAVA_BYTE, LAST_OF_ADDRESS);
        for (var to = 0; to < taps.size(); to++) {
            if (to != from && (isForAll || to == meant)) {
                pass(from, to, frame);
            }
        }
    }

    private void pass(int from, int to, MemorySegment frame) {
        var link = table.link(from, to);
        var hindrance = link.now();
        if (hindrance.isCut() || Link.isLost(hindrance)) {
            link.count();
            return;
        }
        var now = System.nanoTime();
        var delay = Link.travelNanos(hindrance);
        if (delay == 0 && lastDue[from][to] - now <= 0) {
            taps.get(to).write(frame);
            return;
        }
        link.count();
        // Never before the frame ahead: reordering would look like loss to TCP.
        lastDue[from][to] = Math.max(lastDue[from][to] + 1, now + delay);
        late.add(new Late(Tap.bytes(frame), to, lastDue[from][to]));
    }

    private void deliverLate() {
        try (var memory = Arena.ofConfined()) {
            var room = Tap.frameRoom(memory);
            while (!isClosed) {
                var next = late.take();
                MemorySegment.copy(
                        next.frame, 0, room, ValueLayout.JAVA_BYTE, 0, next.frame.length);
                taps.get(next.to).write(room.asSlice(0, next.frame.length));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        isClosed = true;
        threads.getLast().interrupt();
        try {
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        taps.forEach(Tap::close);
    }
}
